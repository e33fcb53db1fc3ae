// Package targettest is the suite of tests that every target redrill starts
// itself must pass.
package targettest
