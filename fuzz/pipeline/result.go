package pipeline

import (
	"context"
	"sync"

	"redrill/keyspace"
	"redrill/verify"
)

// Verdict is what a run comes to.
type Verdict string

// The verdicts.
const (
	Pass          Verdict = "pass"
	Wrong         Verdict = "wrong"    // it ended well, and what it left differs
	Broken        Verdict = "broken"   // it ended well, and what it left is missing, cut or breaks its format
	Refused       Verdict = "refused"  // exit status other than 0 for a legal input
	Accepted      Verdict = "accepted" // exit status 0 for an input that must be refused
	Crashed       Verdict = "crashed"  // a signal or a panic
	Timeout       Verdict = "timeout"
	NotApplicable Verdict = "not applicable"
)

// Verdicts lists every verdict once, in report order.
var Verdicts = [...]Verdict{Pass, Wrong, Broken, Refused, Accepted, Crashed, Timeout, NotApplicable}

// Good reports whether the verdict is acceptable.
func (v Verdict) Good() bool { return v == Pass || v == NotApplicable }

// Duty is what a command has to do with the input of a case.
type Duty string

// The duties.
const (
	Read   Duty = "read"   // it is legal
	Refuse Duty = "refuse" // it is damaged, or of a kind that nobody can read
	Either Duty = "either" // it holds something that no output can: refusing all of it is right as well
)

// Result is what a case came to.
type Result struct {
	Name        string   `json:"name"`
	Rows        []string `json:"rows"`
	Rule        string   `json:"rule"`
	Must        Duty     `json:"must,omitempty"` // empty where nothing was judged
	Verdict     Verdict  `json:"verdict"`
	Detail      string   `json:"detail,omitempty"`
	Differences []string `json:"differences,omitempty"` // the first ones, for people
	Exit        *Exit    `json:"exit,omitempty"`        // nil if nothing was run

	// Want and Got are the keys that were compared, ascending by database and
	// name; nil where it did not come to that.
	Want []keyspace.Key `json:"-"`
	Got  []keyspace.Key `json:"-"`
	// Live is what the verification of a server reported.
	Live []verify.Difference `json:"-"`
}

func (c Case) result(v Verdict, detail string) Result {
	return Result{Name: c.Name, Rows: c.Rows, Rule: c.Rule, Verdict: v, Detail: detail}
}

func (c Case) ended(exit Exit, v Verdict, detail string) Result {
	r := c.result(v, detail)
	r.Exit = &exit
	return r
}

// Pipeline judges cases. Its methods may be called by several goroutines at once.
type Pipeline interface {
	// Judge runs a case. An error says that it could not be run at all.
	Judge(ctx context.Context, c Case) (Result, error)
}

// Run judges all cases, workers at a time, and returns the results in their
// order. done, unless it is nil, is called after each, by one goroutine at a time.
// The first error ends the run.
func Run(ctx context.Context, p Pipeline, cases []Case, workers int, done func(Result)) ([]Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	results := make([]Result, len(cases))
	next := make(chan int)
	var group sync.WaitGroup
	var mu sync.Mutex
	for range max(workers, 1) {
		group.Go(func() {
			for i := range next {
				r, err := judge(ctx, p, cases[i])
				if err != nil {
					cancel(err)
					continue
				}
				mu.Lock()
				results[i] = r
				if done != nil {
					done(r)
				}
				mu.Unlock()
			}
		})
	}
	for i := range cases {
		select {
		case next <- i:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	group.Wait()
	return results, context.Cause(ctx)
}

func judge(ctx context.Context, p Pipeline, c Case) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if c.NotApplicable != "" {
		return c.result(NotApplicable, c.NotApplicable), nil
	}
	return p.Judge(ctx, c)
}
