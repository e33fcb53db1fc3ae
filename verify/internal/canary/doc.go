// Package canary plants expectations that are altered on purpose, and judges
// whether they are reported exactly: what proves that the comparison can fail.
package canary
