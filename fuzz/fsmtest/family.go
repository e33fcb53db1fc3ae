package fsmtest

// OtherFamilies are the prefixes of rows that belong to other services of the
// store, and never become keys.
func OtherFamilies() []string {
	return []string{
		"!ddb|meta|table|", "!ddb|meta|gen|", "!ddb|item|", "!ddb|gsi|",
		"!s3|bucket|meta|", "!s3|bucket|gen|", "!s3|obj|head|", "!s3|upload|meta|", "!s3|upload|part|",
		"!s3|blob|", "!s3|chunkref|", "!s3|chunkblob|", "!s3|gc|upload|", "!s3route|",
		"!sqs|queue|meta|", "!sqs|queue|gen|", "!sqs|queue|seq|", "!sqs|queue|tombstone|",
		"!sqs|msg|data|", "!sqs|msg|vis|", "!sqs|msg|byage|", "!sqs|msg|dedup|", "!sqs|msg|group|",
		"!sqs|msg|data|p|", "!sqs|msg|vis|p|",
		"!dist|meta|", "!dist|route|", "!dist|delta|", "!dist|job|", "!dist|jobhist|", "!migwrite|", "!migfence|",
		"!encryption|",
		"!fs|ino|", "!fs|dir|", "!fs|dirv|", "!fs|home|", "!fs|chk|", "!fs|ref|", "!fs|reffence|",
		"!fs|intent|", "!fs|job|move|", "!fs|usage", "!fs|usage|route|",
		"!txn|cmt|", "!txn|rb|", "!txn|ok|",
	}
}

// UnknownFamilies are prefixes of the shape of an internal family that no
// version of the format defines.
func UnknownFamilies() []string {
	return []string{"!ddb|zz|", "!s3|zz|", "!sqs|zz|", "!admin|", "!migstage|", "!dist|migstage|short-and-no-job|", "!zz-top_1|", "!a|"}
}

// UnknownRedisFamilies are the same among the rows of Redis keys.
func UnknownRedisFamilies() []string {
	return []string{"!redis|zzz|", "!lst|zzz|", "!hs|zzz|", "!st|zzz|", "!zs|zzz|", "!stream|zzz|", "!txn|zzz|"}
}

// GroupFamilies are prefixes of rows that only a store of several groups has,
// and that are no locks.
func GroupFamilies() []string { return []string{"!txn|cmt|", "!txn|rb|", "!migwrite|", "!migfence|"} }

// OtherRow returns a row of another family: prefix ∥ tail = body.
func OtherRow(prefix, tail, body string) Row { return Row{plain(prefix, tail), []byte(body)} }
