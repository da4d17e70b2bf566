"""Customer analysis from raw order lines to a six-step CRM strategy."""
