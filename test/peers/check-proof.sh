#!/bin/bash
# Checks one entry of a log with openssl and coreutils alone: signature, cosignature, inclusion.
# usage: check-proof.sh ENTRY-FILE TLOG-PROOF-FILE LOG-VKEY WITNESS-VKEY
set -euo pipefail
entry=$1 proof=$2 log=$3 witness=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

hex() { od -An -v -tx1 | tr -d ' \n'; }
unhex() { tr a-f A-F | basenc --base16 -d; }
hash() { sha256sum | cut -c1-64; }
fail() { echo "$1" && exit 1; }

# An Ed25519 public key as openssl reads it, out of a verifier key whose id fits.
write_key() {
  local name id key
  IFS=+ read -r name id key <<< "$1"
  base64 -d <<< "$key" > "$work/typed"
  [ "$( { printf '%s\n' "$name"; cat "$work/typed"; } | hash | cut -c1-8)" = "$id" ] || fail "key id of $name does not fit"
  { printf 302a300506032b6570032100 | unhex; tail -c 32 "$work/typed"; } > "$2"
}

# The bytes behind the key id of the signature line of this name.
signature_of() {
  grep -F -- "— $1 " "$work/lines" | cut -d' ' -f3 | base64 -d | tail -c +5
}

verify() { openssl pkeyutl -verify -pubin -keyform DER -inkey "$1" -rawin -in "$2" -sigfile "$3" > /dev/null; }

sed '/^$/q' "$proof" | sed '$d' > "$work/head"
sed '1,/^$/d' "$proof" > "$work/note"
sed '/^$/q' "$work/note" | sed '$d' > "$work/text"
sed '1,/^$/d' "$work/note" > "$work/lines"

write_key "$log" "$work/log.der"
signature_of "${log%%+*}" > "$work/signature"
verify "$work/log.der" "$work/text" "$work/signature" || fail 'the signature is wrong'

write_key "$witness" "$work/witness.der"
signature_of "${witness%%+*}" > "$work/stamped"
{ printf 'cosignature/v1\ntime %d\n' "0x$(head -c 8 "$work/stamped" | hex)"; cat "$work/text"; } > "$work/cosigned"
tail -c 64 "$work/stamped" > "$work/signature"
verify "$work/witness.der" "$work/cosigned" "$work/signature" || fail 'the cosignature is wrong'

node=$( { printf '\0'; cat "$entry"; } | hash)
fn=$(sed -n 's/^index //p' "$work/head")
sn=$(($(sed -n 2p "$work/text") - 1))
while read -r line; do
  sibling=$(base64 -d <<< "$line" | hex)
  [ "$sn" -gt 0 ] || fail 'the proof is too long'
  if [ $((fn & 1)) = 1 ] || [ "$fn" = "$sn" ]; then
    node=$(printf '01%s%s' "$sibling" "$node" | unhex | hash)
    while [ $((fn & 1)) = 0 ] && [ "$fn" != 0 ]; do fn=$((fn >> 1)) sn=$((sn >> 1)); done
  else
    node=$(printf '01%s%s' "$node" "$sibling" | unhex | hash)
  fi
  fn=$((fn >> 1)) sn=$((sn >> 1))
done < <(sed '1d; /^extra /d; /^index /d' "$work/head")
[ "$sn" = 0 ] && [ "$node" = "$(sed -n 3p "$work/text" | base64 -d | hex)" ] || fail 'the entry is not in the log'
echo verified
