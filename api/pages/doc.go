// Package pages shows the API's answers to people: the same resources as small pages, made on the server and usable without a script.
package pages
