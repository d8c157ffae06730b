// Package api serves the registry over HTTP.
//
// Collections of features (components, grid cells, communities, streets, districts, managed areas) follow OGC API - Features, Part 1;
// questions about a place, the catalogue and the units are plain JSON. Every failure is a problem document (RFC 9457) in the language
// of the request, English unless Accept-Language prefers Chinese, and says nothing of the inside of the program but a request id.
//
// A handler does three things: it reads the request with api/query, asks the registry, and encodes the answer into memory. What is
// common to all (keys, budgets, admission, validators, compression, deadlines) stands around it, so that neither a database connection
// nor a place among the admitted requests is held while a slow client reads. The table in routes.go is the list of what is served.
package api
