#!/bin/sh
# What the tests need besides Python: a Chromium for pages, a Korean font for screenshots, Java 17 for Spark,
# a PostgreSQL server for sources of that kind.
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
fc-list 2>/dev/null | grep -qi 'noto.*cjk' || missing="$missing fontconfig fonts-noto-cjk"
command -v java >/dev/null 2>&1 || missing="$missing openjdk-17-jre-headless"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
  fi
  echo "tests that need them will be skipped; to install: sudo apt-get install$missing"
else
  echo "tests that need them will be skipped; install a Chromium, Noto Sans CJK, Java 17 and PostgreSQL"
fi
exit 0
