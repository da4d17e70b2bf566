"""What the verbs of the command line do; each module is imported only when its verb is called."""
