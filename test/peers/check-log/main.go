// Checks an exported log with golang.org/x/mod/sumdb/note and tlog alone.
//
// usage: check-log DIR VKEY PROOFS
//
// DIR has a checkpoint and tiles in the tlog-tiles layout. Each line of PROOFS is "record INDEX HASH…" or
// "tree SIZE ROOT HASH…", hashes in base64: an inclusion or consistency proof under the checkpoint.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 4 {
		fail("usage: check-log DIR VKEY PROOFS")
	}
	dir := os.Args[1]
	tree := openCheckpoint(dir, os.Args[2])
	reader := tlog.TileHashReader(tree, tiles(dir))
	entries := readEntries(dir, tree.N)
	for i, entry := range entries {
		proof, err := tlog.ProveRecord(tree.N, int64(i), reader)
		must(err, "proving entry %d", i)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(entry)), "entry %d", i)
	}
	proofs := checkProofs(os.Args[3], tree, entries)
	fmt.Printf("%d entries, %d proofs\n", len(entries), proofs)
}

func fail(format string, args ...any) {
	fmt.Printf(format+"\n", args...)
	os.Exit(1)
}

func must(err error, format string, args ...any) {
	if err != nil {
		fail("%s: %v", fmt.Sprintf(format, args...), err)
	}
}

func openCheckpoint(dir, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	must(err, "verifier key")
	bytes, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(err, "checkpoint")
	opened, err := note.Open(bytes, note.VerifierList(verifier))
	must(err, "checkpoint")
	lines := strings.SplitN(opened.Text, "\n", 2)
	if lines[0] != verifier.Name() {
		fail("checkpoint: the origin is %q", lines[0])
	}
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + lines[1]))
	must(err, "checkpoint")
	return tree
}

type tiles string

func (tiles) Height() int { return 8 }

func (dir tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for i, tile := range wanted {
		// tlog-tiles fixes the height, so it is not part of the path.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		bytes, err := os.ReadFile(filepath.Join(string(dir), path))
		if err != nil {
			return nil, err
		}
		data[i] = bytes
	}
	return data, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func readEntries(dir string, size int64) [][]byte {
	var entries [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		path := strings.Replace(tlog.Tile{H: 8, L: 0, N: n, W: int(width)}.Path(), "tile/8/0/", "tile/entries/", 1)
		bytes, err := os.ReadFile(filepath.Join(dir, path))
		must(err, "entries")
		for len(bytes) >= 2 {
			length := int(binary.BigEndian.Uint16(bytes))
			if len(bytes) < 2+length {
				fail("entries: %s is cut short", path)
			}
			entries = append(entries, bytes[2:2+length])
			bytes = bytes[2+length:]
		}
	}
	if int64(len(entries)) != size {
		fail("entries: %d of %d", len(entries), size)
	}
	return entries
}

func checkProofs(file string, tree tlog.Tree, entries [][]byte) int {
	text, err := os.ReadFile(file)
	must(err, "proofs")
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, line := range lines {
		fields := strings.Fields(line)
		number, err := strconv.ParseInt(fields[1], 10, 64)
		must(err, "proofs")
		hashes := parseHashes(fields[2:])
		switch fields[0] {
		case "record":
			must(tlog.CheckRecord(hashes, tree.N, tree.Hash, number, tlog.RecordHash(entries[number])), "our proof of entry %d", number)
		case "tree":
			must(tlog.CheckTree(hashes[1:], tree.N, tree.Hash, number, hashes[0]), "our proof of size %d", number)
		default:
			fail("proofs: %q", fields[0])
		}
	}
	return len(lines)
}

func parseHashes(fields []string) []tlog.Hash {
	hashes := make([]tlog.Hash, len(fields))
	for i, field := range fields {
		hash, err := tlog.ParseHash(field)
		must(err, "proofs")
		hashes[i] = hash
	}
	return hashes
}
