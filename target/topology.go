package target

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// hashSlots is the number of hash slots of a cluster.
const hashSlots = 16384

// unfit returns an error of class [ErrUnfit] when what answers cannot be a
// target, although it is reached: it holds only a part of a keyspace, or none.
// It asks questions only.
func (p *prober) unfit(caps Caps) error {
	if caps.Product == ProductElastickv {
		return nil
	}
	if err := p.proxy(caps); err != nil {
		return err
	}
	if err := p.sentinel(caps); err != nil {
		return err
	}
	return p.cluster(caps)
}

// explainCut recognises what answers PING and ends the connection at the
// greeting of the client library, HELLO. It is nil for all else.
func explainCut(ctx context.Context, o *redis.Options, err error) error {
	if !isCut(err) || ctx.Err() != nil {
		return nil
	}
	conn, dialErr := dial(ctx, o)
	if dialErr != nil {
		return nil
	}
	defer conn.Close()
	if line, _ := firstLine(ctx, conn, pingCommand); line != "+PONG\r\n" {
		return nil
	}
	return because(ReasonProxy, fmt.Errorf("%w: it answers PING and ends the connection at HELLO (%w): a proxy, not a Redis", ErrUnfit, err))
}

// proxy recognises what answers PING and none of the questions about itself, or
// ends the connection at the first.
func (p *prober) proxy(caps Caps) error {
	if p.err != nil && p.answered == 0 && isCut(p.err) {
		return because(ReasonProxy, fmt.Errorf("%w: it answers PING and ends the connection at INFO (%w): "+
			"a proxy, not a Redis", ErrUnfit, p.err))
	}
	if caps.Info || p.err != nil {
		return nil
	}
	for _, args := range [][]any{{"INFO"}, {"HELLO", 2}, {"COMMAND", "INFO", "GET"}, {"TIME"}, {"CLIENT", "ID"}} {
		if _, err := p.do(args...); !isUnknownCommand(err) {
			return nil
		}
	}
	return because(ReasonProxy, fmt.Errorf("%w: it answers PING, and knows neither INFO, HELLO, COMMAND, TIME nor CLIENT: "+
		"a proxy, not a Redis", ErrUnfit))
}

// sentinel recognises a Redis Sentinel, which says where a server is and holds
// no keys.
func (p *prober) sentinel(caps Caps) error {
	mode, _ := p.info.Field("redis_mode")
	if !caps.Info {
		role, _ := p.do("ROLE")
		if fields, ok := role.([]any); ok && len(fields) > 0 && fields[0] == "sentinel" {
			mode = "sentinel"
		}
	}
	if mode != "sentinel" {
		return nil
	}
	known := ""
	if master, ok := p.info.Field("master0"); ok { // name=…,status=…,address=HOST:PORT,…
		known = fmt.Sprintf("; it knows %.200q", master)
	}
	return because(ReasonSentinel, fmt.Errorf("%w: a Redis Sentinel, which holds no keys%s", ErrUnfit, known))
}

// cluster refuses a server in cluster mode unless it is the one primary and
// holds all hash slots.
func (p *prober) cluster(caps Caps) error {
	mode, _ := p.info.Field("redis_mode")
	enabled, _ := p.info.Field("cluster_enabled")
	on := mode == "cluster" || enabled == "1"
	if !caps.Info {
		state, _ := p.do("CLUSTER", "INFO")
		text, _ := state.(string)
		on = strings.Contains(text, "cluster_state:")
	}
	if !on {
		return nil
	}
	reply, err := p.do("CLUSTER", "SLOTS")
	if err != nil {
		return because(ReasonCluster, fmt.Errorf("%w: a cluster, and it does not say who holds which hash slots: CLUSTER SLOTS: %w", ErrUnfit, err))
	}
	primaries, held := slotOwners(reply)
	switch {
	case len(primaries) > 1:
		return because(ReasonCluster, fmt.Errorf("%w: a cluster of %d primaries: a cluster target is not supported yet; nothing was written",
			ErrUnfit, len(primaries)))
	case held < hashSlots:
		return because(ReasonSlots, fmt.Errorf("%w: a cluster in which no node holds %d of %d hash slots; nothing was written",
			ErrUnfit, hashSlots-held, hashSlots))
	}
	mine, err := p.do("CLUSTER", "MYID") // where it is not told, the slots have to do
	if id, ok := mine.(string); err == nil && ok && !primaries[id] {
		return because(ReasonSlots, fmt.Errorf("%w: a node of a cluster that holds no hash slots: another one is the primary; nothing was written", ErrUnfit))
	}
	return nil
}

// slotOwners reads a reply to CLUSTER SLOTS, entries of first slot, last slot
// and nodes, the primary first: address, port, ID. It returns the IDs of the
// primaries (their addresses where there are no IDs) and how many slots they hold. What
// has another shape holds none.
func slotOwners(reply any) (primaries map[string]bool, held int64) {
	primaries = map[string]bool{}
	entries, _ := reply.([]any)
	for _, entry := range entries {
		fields, _ := entry.([]any)
		if len(fields) < 3 {
			continue
		}
		first, ok1 := fields[0].(int64)
		last, ok2 := fields[1].(int64)
		node, ok3 := fields[2].([]any)
		if !ok1 || !ok2 || !ok3 || first < 0 || last < first || last >= hashSlots || len(node) < 2 {
			continue
		}
		held += last - first + 1
		id := fmt.Sprint(node[:2]...)
		if len(node) > 2 {
			if named, ok := node[2].(string); ok {
				id = named
			}
		}
		primaries[id] = true
	}
	return primaries, held
}
