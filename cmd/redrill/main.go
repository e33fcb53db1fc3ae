// Command redrill runs restore drills: it proves that a backup comes back.
//
// It is the only place where the stages meet. Results go to standard output,
// words to standard error, and the exit status says what is true, see exit.go.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

// run is main without the exit, so that deferred clean-up happens first.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), interrupts()...)
	defer stop()
	context.AfterFunc(ctx, stop) // A second signal ends the process the hard way.
	// A reader that goes away, such as head, ends the writing and not the process,
	// which has a server to end. Programs that it starts are not affected.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	return a.execute(ctx, args)
}

// interrupts returns the signals that end a command in good order.
func interrupts() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as it is under nohup
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}
