// Package decoder holds what every snapshot format shares: the classes of
// decoding errors. A format is a package below it.
//
// Any bytes given to a decoder end in keys or in an error of one class, never
// in a panic, and never in an allocation that the input merely claims.
package decoder
