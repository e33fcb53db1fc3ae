package redistest

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Answering returns a server that is s but for the commands for which answer
// returns a reply. Words[0] is in upper case.
func (s *Server) Answering(tb testing.TB, answer func(words []string) string) *Server {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	var group sync.WaitGroup
	tb.Cleanup(group.Wait)
	tb.Cleanup(func() { _ = listener.Close() })
	group.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial(cmp.Or(s.Options.Network, "tcp"), s.Options.Addr)
			if err != nil {
				_ = near.Close()
				return
			}
			commands := make(chan [][]byte, 1<<16)
			group.Go(func() {
				defer close(commands)
				for r := bufio.NewReader(near); ; {
					words, err := readCommand(r)
					if err != nil {
						return
					}
					commands <- words
				}
			})
			group.Go(func() {
				defer near.Close()
				defer far.Close()
				r := bufio.NewReader(far)
				for words := range commands {
					text := make([]string, len(words))
					for i := range words {
						text[i] = string(words[i])
					}
					text[0] = strings.ToUpper(text[0])
					reply := answer(text)
					if reply == "" {
						reply = forwarded(far, r, words)
					}
					if _, err := io.WriteString(near, reply); err != nil || reply == "" {
						return
					}
				}
			})
		}
	})
	changed := *s
	changed.Options = &redis.Options{Addr: listener.Addr().String(), Protocol: s.Options.Protocol}
	return &changed
}

func readCommand(r *bufio.Reader) (words [][]byte, err error) {
	n, err := readNumber(r)
	for ; err == nil && n > 0; n-- {
		var size int
		if size, err = readNumber(r); err != nil {
			break
		}
		word := make([]byte, size+2)
		_, err = io.ReadFull(r, word)
		words = append(words, word[:size])
	}
	return words, err
}

func readNumber(r *bufio.Reader) (int, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(line[1:]))
}

func forwarded(far io.Writer, r *bufio.Reader, words [][]byte) string {
	var b bytes.Buffer
	b.WriteString("*" + strconv.Itoa(len(words)) + "\r\n")
	for _, w := range words {
		b.WriteString("$" + strconv.Itoa(len(w)) + "\r\n")
		b.Write(w)
		b.WriteString("\r\n")
	}
	if _, err := far.Write(b.Bytes()); err != nil {
		return ""
	}
	var reply bytes.Buffer
	if copyReply(&reply, r) != nil {
		return ""
	}
	return reply.String()
}

func copyReply(w *bytes.Buffer, r *bufio.Reader) error {
	line, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	w.WriteString(line)
	n, _ := strconv.Atoi(strings.TrimSpace(line[1:]))
	switch line[0] {
	case '$', '=', '!':
		if n >= 0 {
			_, err = io.CopyN(w, r, int64(n)+2)
		}
	case '%':
		n *= 2
		fallthrough
	case '*', '~', '>':
		for ; n > 0 && err == nil; n-- {
			err = copyReply(w, r)
		}
	}
	return err
}

// About returns an answer to a command about a key, and to no other.
func About(reply string, words ...string) func([]string) string {
	return func(got []string) string {
		if len(got) >= len(words) && slices.Equal(got[:len(words)], words) {
			return reply
		}
		return ""
	}
}
