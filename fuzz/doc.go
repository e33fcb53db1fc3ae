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
//	noise        rows outside of any key change nothing
//	damage       damaged bytes give an error of one class; they give keys
//	             only where no checksum can detect the damage
//	restore      the dump, restored to a server, verifies against the snapshot
//	             or against the model: every key has the verdict of the model,
//	             no difference, every canary caught
//	sensitivity  after one edit of the live state of each scenario, of every
//	             kind that a difference can have, a verification reports
//	             exactly the edits: key and kind, nothing else
//
// A campaign checks decode, dump, restore and sensitivity with every scenario, and
// a directory with every 256th. The relations parts, container, noise and damage
// take turns. Every round draws the number of connections, the size of pipelines
// and parts, and RESP2 or RESP3, separately for the restore and for each
// verification, so neither can depend on them.
//
// In dumps, directories and on servers keys are in many databases, even if the
// format of the snapshots has only one.
//
// Tests that are no part of a campaign ask a real server about RDB files: one that
// starts with a drawn file holds the model, and the file that one writes decodes to
// what it shows.
//
// A campaign with a [Command] checks another program's decoder, encoder or
// restorer instead.
//
// A failure is minimised by drawing the scenario again with less content, and
// becomes a folder, see [Failure.Write] and [Replay].
package fuzz
