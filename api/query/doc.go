// Package query turns the parameters and bodies of requests into the registry's questions, within limits.
//
// Every parser refuses what it does not understand with a registry.Error of kind Invalid (or TooLarge) that names the parameter,
// the value as given and the cure, in Chinese and English. Nothing here touches the registry: the parsers are functions of text.
package query
