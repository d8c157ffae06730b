package photo

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Digest is the SHA-256 of a photo's bytes: its name everywhere.
type Digest [sha256.Size]byte

// String is the digest in 64 lower-case hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// ParseDigest reads what String writes, and nothing else.
func ParseDigest(text string) (d Digest, ok bool) {
	if len(text) != hex.EncodedLen(len(d)) || text != strings.ToLower(text) {
		return d, false
	}
	n, err := hex.Decode(d[:], []byte(text))
	return d, err == nil && n == len(d)
}

func digestOf(body []byte) Digest { return sha256.Sum256(body) }
