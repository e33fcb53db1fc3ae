// Package owner says which redrill process made a directory for temporary files or
// a container, and whether that process still runs. It distinguishes the leftovers
// of a killed process from directories and containers in use. It removes nothing.
//
//	redrill-…/          mode 0700
//	├── owner.json      [Process], written first
//	└── …               what the maker puts there
package owner
