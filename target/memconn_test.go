package target

import (
	"errors"
	"io"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemPipe(t *testing.T) {
	client, server := memPipe()
	big := make([]byte, 1<<20)
	for range 4 { // nobody reads: writing must not block
		if n, err := client.Write(big); n != len(big) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if _, err := server.Write([]byte("reply")); err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, server); n != 4<<20 || err != nil {
		t.Errorf("read %d bytes, %v, want what was written before Close", n, err)
	}
	if _, err := server.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Write after Close = %v, want %v", err, io.ErrClosedPipe)
	}
}

func TestMemPipeDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := memPipe()
		read := func() error {
			_, err := client.Read(make([]byte, 1))
			return err
		}
		set := func(at time.Time) {
			t.Helper()
			if err := client.SetReadDeadline(at); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		set(start.Add(time.Second))
		if err := read(); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("read = %v after %v, want a timeout after 1s", err, time.Since(start))
		}
		set(time.Time{})
		go func() {
			<-time.After(time.Hour) // the clock of the bubble: takes no time
			_, _ = server.Write([]byte("x"))
		}()
		if err := read(); err != nil {
			t.Errorf("read without a deadline = %v, want data", err)
		}
		set(time.Now())
		if err := read(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read after the deadline = %v, want a timeout", err)
		}
		set(time.Now().Add(time.Second)) // replaces the one that has passed
		if _, err := server.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := read(); err != nil {
			t.Errorf("read within a new deadline = %v, want data", err)
		}
		_ = client.Close()
	})
}
