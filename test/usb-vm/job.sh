#!/bin/bash
# The checks themselves, on the Node that npm brought.
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../../node_modules/.bin/node" "$here/guest.ts"
