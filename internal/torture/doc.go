// Package torture tries, for as long as it is given, to make the locator answer wrongly.
//
// It is tests alone. `make torture FOR=10m` runs them for ten minutes; as part of `make test` they run for some seconds.
package torture
