// Package canary plants expectations that are altered on purpose, and judges
// whether they are reported exactly. This proves that the comparison can fail.
package canary
