// Package auth mints API keys and turns the Authorization header of a request into the scope that it may see.
//
// A key is shown once, as grid_<environment>_<id>_<secret>_<checksum>: a prefix that secret scanners can find, an id of 8
// characters that is public, a secret of 32 random bytes, and a CRC-32 that lets a mistyped key be refused before the database is
// asked. The store keeps the id and the SHA-256 of the secret; a fast hash is right for a secret that nobody can guess.
package auth
