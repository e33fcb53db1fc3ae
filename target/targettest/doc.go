// Package targettest is the test suite that every target must pass that redrill
// starts itself.
package targettest
