package restore

import (
	"context"

	"redrill/keyspace"
)

// add plans k into the current pipeline.
func (l *lane) add(k keyspace.Key) {
	p := l.cur
	if k.Part == 0 {
		l.begun, l.expired, l.lost = false, 0, false
	}
	l.switched = l.switched || k.DB != 0
	p.selectDB(k.DB)
	first := p.len()
	if l.run.opts.Replace && !l.begun {
		p.put(Reply{}, "DEL", k.Name)
	}
	planned := len(p.cmds)
	what := l.plan.plan(&p.batch, k)
	l.expired += what.expired
	l.lost = l.lost || what.lost
	if len(p.cmds) == planned {
		p.truncate(first) // a key that is not written is not deleted
	} else {
		p.open(k, first.cmds, !l.begun)
		l.begun = true
		p.count.Parts++
		p.count.Elements += int64(what.elements())
	}
	if what.dropped+what.expired > 0 {
		l.run.note(Result{Dropped: int64(what.dropped), ExpiredFields: int64(what.expired)})
	}
	switch {
	case k.More:
	case l.begun:
		p.complete(k)
		p.count.Keys++
	case l.lost: // counted among what is not carried
	case l.expired > 0:
		l.run.note(Result{Expired: 1})
	default:
		l.run.note(Result{Absent: 1})
	}
}

// flush hands the current pipeline over and waits for one that can be filled.
func (l *lane) flush(ctx context.Context) error {
	if len(l.cur.cmds) == 0 && l.cur.count.Keys == 0 {
		return nil
	}
	l.cur.count.Commands = int64(len(l.cur.cmds))
	l.cur.count.Bytes = int64(l.cur.bytes)
	l.todo <- l.cur // never blocks: there is room for every pipeline
	select {
	case l.cur = <-l.free:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	l.reset()
	return nil
}

// reset empties the current pipeline. As long as a lane has only seen database
// 0, where a connection begins, it need not select any.
func (l *lane) reset() {
	db := 0
	if l.switched {
		db = -1
	}
	l.cur.reset(db)
}
