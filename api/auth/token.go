package auth

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"regexp"
	"strings"
)

const (
	alphabet     = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	idLength     = 8
	secretBytes  = 32
	secretLength = 43 // digits of base 62 that 32 bytes need
	environment  = 16 // most characters of an environment
)

// Token is a key as its owner holds it, taken apart.
type Token struct {
	Environment string
	ID          string
	secret      string
}

var errToken = errors.New("not a key")

// Mint makes a key for an environment of 1 to 16 lower-case letters and digits ("prod"), drawing on random. It returns the text to
// show once, and the id and SHA-256 to store.
func Mint(random io.Reader, env string) (shown, id string, sha []byte, err error) {
	if !validEnvironment(env) {
		return "", "", nil, fmt.Errorf("mint key: environment %q must be 1 to %d of a-z and 0-9", env, environment)
	}
	raw := make([]byte, idLength+secretBytes)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", "", nil, fmt.Errorf("mint key: %w", err)
	}
	t := Token{Environment: env, ID: base62(raw[:idLength], idLength), secret: base62(raw[idLength:], secretLength)}
	return t.text(), t.ID, t.SecretSHA256(), nil
}

// ParseToken takes a key apart and checks its form and checksum. Its error says nothing about the key.
func ParseToken(text string) (Token, error) {
	parts := strings.Split(text, "_")
	if len(parts) != 5 || parts[0] != "grid" {
		return Token{}, errToken
	}
	t := Token{Environment: parts[1], ID: parts[2], secret: parts[3]}
	if !validEnvironment(t.Environment) || len(t.ID) != idLength || len(t.secret) != secretLength ||
		strings.Trim(t.ID+t.secret, alphabet) != "" || t.text() != text {
		return Token{}, errToken
	}
	return t, nil
}

// keyLike is what begins like a key, whole or not.
var keyLike = regexp.MustCompile(`(?i)grid_[0-9a-z_]+`)

// Redact replaces keys in a text by grid_…, damaged ones too, so that the text may be logged.
func Redact(text string) string {
	if !keyLike.MatchString(text) { // as nearly always; to replace nothing allocates
		return text
	}
	return keyLike.ReplaceAllString(text, "grid_…")
}

// SecretSHA256 is what the store knows of the secret.
func (t Token) SecretSHA256() []byte {
	sum := sha256.Sum256([]byte(t.secret))
	return sum[:]
}

// String names the key without its secret, for logs.
func (t Token) String() string { return "grid_" + t.Environment + "_" + t.ID }

func (t Token) text() string {
	body := t.String() + "_" + t.secret
	return fmt.Sprintf("%s_%08x", body, crc32.ChecksumIEEE([]byte(body)))
}

func validEnvironment(env string) bool {
	return env != "" && len(env) <= environment && strings.Trim(env, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// base62 writes the last digits of the number that the bytes are.
func base62(raw []byte, digits int) string {
	n, base, digit := new(big.Int).SetBytes(raw), big.NewInt(int64(len(alphabet))), new(big.Int)
	text := make([]byte, digits)
	for i := len(text) - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		text[i] = alphabet[digit.Int64()]
	}
	return string(text)
}
