// Package fuzz puts the stages together against generated stores and a live
// server. It knows no format of snapshots: a [layout.Layout] stores the keys that
// fuzz/gen draws and says what it stored. The oracle is that model, never one of
// the stages.
//
// A [Campaign] draws scenarios and checks with each that
//
//	decode       decode(write(model)) = model, keys and notes
//	dump         what a dump holds reads back as the same
//	tree         so does a dump directory of elastickv's layout
//	repeat       the same snapshot gives the same dump, byte for byte
//	parts        part limits, down to one element and one byte,
//	container    wrapper and footer, and
//	noise        what is no part of a key change nothing
//	damage       damaged bytes end in an error of one class; keys come of them
//	             only where no checksum can tell
//	restore      the dump, restored to a server, verifies against the snapshot
//	             or against the model: every key has the verdict that the model
//	             says, no difference, every canary caught
//	sensitivity  after one edit of the live state of each scenario, of every
//	             kind that a difference can have, a verification reports
//	             exactly the edits: key and kind, nothing else
//
// Decode, dump, restore and sensitivity are checked with every scenario, a
// directory with every 256th; of the relations parts, container, noise and damage
// one takes its turn. How many connections, how large pipelines and parts, and
// RESP2 or RESP3, are drawn for every round: for the restore and for each
// verification by itself, so that neither can depend on any of it.
//
// In dumps, directories and on servers keys lie in many databases, whether or not
// the format of the snapshots has more than one.
//
// A campaign with a [Command] checks that instead: somebody else's decoder,
// encoder or restorer.
//
// What fails is minimised by drawing the scenario again with less in it and
// becomes a folder, see [Failure.Write] and [Replay].
package fuzz
