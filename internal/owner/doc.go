// Package owner says which redrill process made a directory for temporary files or
// a container, and whether that process still runs. What a killed process leaves
// can then be told from what is in use. It removes nothing.
//
//	redrill-…/          mode 0700
//	├── owner.json      [Process], written first
//	└── …               what the maker puts there
package owner
