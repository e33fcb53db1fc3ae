// Package decoder holds what every snapshot format shares: the classes of
// decoding errors. A format is a package below it.
//
// For any input bytes, a decoder returns keys or an error of one class. It never
// panics, and never allocates memory only because the input claims a size.
package decoder
