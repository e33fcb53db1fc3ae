package pipeline

import (
	"errors"
	"fmt"
	"strings"
)

// Placeholders of commands.
const (
	Snapshot = "{snapshot}" // path of the snapshot
	Dump     = "{dump}"     // path of the dump
	Target   = "{target}"   // URL of a server
)

// Command is a program with its arguments, in which placeholders stand.
type Command struct{ words []string }

// ParseCommand splits text into words: blanks separate, '…' is taken as it is,
// in "…" a backslash escapes " and \, elsewhere any character. What only a shell
// can do ( | & ; < > ( ) $ ` ) is refused unless it is quoted. Every placeholder
// of required must stand in an argument.
func ParseCommand(text string, required ...string) (Command, error) {
	words, err := split(text)
	if err != nil {
		return Command{}, fmt.Errorf("command %q: %w", text, err)
	}
	if len(words) == 0 {
		return Command{}, errors.New("the command is empty")
	}
	for _, p := range required {
		if !strings.Contains(strings.Join(words[1:], " "), p) {
			return Command{}, fmt.Errorf("command %q: no argument has %s", text, p)
		}
	}
	return Command{words}, nil
}

// Program returns the first word: a path, or a name to look up in PATH.
func (c Command) Program() string { return c.words[0] }

// Args returns the words with values for placeholders: {name}, value, …
func (c Command) Args(values ...string) []string {
	r := strings.NewReplacer(values...)
	args := make([]string, len(c.words))
	for i, w := range c.words {
		args[i] = r.Replace(w)
	}
	return args
}

func split(text string) (words []string, err error) {
	var word strings.Builder
	open := false // a word has begun, perhaps an empty one
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case ' ', '\t', '\n', '\r':
			if open {
				words = append(words, word.String())
				word.Reset()
				open = false
			}
			continue
		case '\'', '"':
			n, err := quoted(&word, text[i:])
			if err != nil {
				return nil, err
			}
			i += n - 1
		case '\\':
			if i++; i == len(text) {
				return nil, errors.New("a backslash at the end")
			}
			word.WriteByte(text[i])
		case '|', '&', ';', '<', '>', '(', ')', '$', '`':
			return nil, fmt.Errorf("%q: no shell is run; quote it, or run a script", c)
		default:
			word.WriteByte(c)
		}
		open = true
	}
	if open {
		words = append(words, word.String())
	}
	return words, nil
}

// quoted adds the quoted string that text begins with to word and returns its
// length with the quotes.
func quoted(word *strings.Builder, text string) (n int, err error) {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		c := text[i]
		switch {
		case c == quote:
			return i + 1, nil
		case quote == '"' && c == '\\' && i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			i++
			c = text[i]
		}
		word.WriteByte(c)
	}
	return 0, fmt.Errorf("unclosed quote %c", quote)
}
