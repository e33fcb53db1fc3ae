package target

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// Reason says why a server cannot be used, where that can be told. It is for
// hints.
type Reason string

// The reasons.
const (
	ReasonUnknown       Reason = ""
	ReasonNoPassword    Reason = "no password"         // the server wants one
	ReasonWrongPassword Reason = "wrong password"      // or a wrong user
	ReasonForbidden     Reason = "forbidden"           // the user may not do it
	ReasonSpeaksTLS     Reason = "speaks TLS"          // and was spoken to without
	ReasonSpeaksPlain   Reason = "speaks no TLS"       // and was spoken to with it
	ReasonUntrusted     Reason = "untrusted"           // the certificate, by whom it is signed
	ReasonServerName    Reason = "another server name" // the certificate is for another name
	ReasonWantsCert     Reason = "wants a certificate" // of the client
	ReasonNobody        Reason = "nobody listens"      // at the address
	ReasonNoSocket      Reason = "no socket"           // there is no such file
	ReasonNoHost        Reason = "no such host"        // the name is unknown
	ReasonCluster       Reason = "cluster"             // of more than one primary
	ReasonSlots         Reason = "slots not held"      // by the node that was named
	ReasonSentinel      Reason = "Sentinel"            // which holds no keys
	ReasonProxy         Reason = "proxy"               // which is asked about itself, and knows nothing
	ReasonForeign       Reason = "speaks another protocol"
	ReasonNoAnswer      Reason = "no answer"            // of the server of a URL
	ReasonNoImage       Reason = "no image"             // which is neither local nor can be pulled
	ReasonSlowDocker    Reason = "slow Docker"          // whose daemon takes longer than it is given
	ReasonDockerSSH     Reason = "Docker over SSH"      // which is not followed
	ReasonDockerContext Reason = "other Docker context" // which could not be followed
)

// ReasonOf returns why err came about.
func ReasonOf(err error) Reason {
	if r, ok := errors.AsType[*reasonError](err); ok {
		return r.reason
	}
	if reply, ok := errors.AsType[redis.Error](err); ok {
		if r := reasonOfReply(reply.Error()); r != ReasonUnknown {
			return r
		}
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return ReasonUntrusted
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return ReasonServerName
	}
	if isAlert(err) && says(err, "certificate required", "bad certificate") {
		return ReasonWantsCert
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return ReasonNoHost
	}
	op, ok := errors.AsType[*net.OpError](err)
	switch {
	case !ok || op.Op != "dial":
		return ReasonUnknown
	case errors.Is(err, fs.ErrNotExist):
		return ReasonNoSocket
	case errors.Is(err, syscall.ECONNREFUSED):
		return ReasonNobody
	}
	return ReasonUnknown
}

// isAlert reports whether err is a TLS alert of the other side, of which the
// standard library makes no type of its own.
func isAlert(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error"
}

func reasonOfReply(text string) Reason {
	code, _, _ := strings.Cut(text, " ")
	switch {
	case code == "NOAUTH":
		return ReasonNoPassword
	case code == "WRONGPASS", strings.HasPrefix(text, "ERR invalid password"), // before Redis 6
		strings.HasPrefix(text, "ERR Client sent AUTH, but no password is set"), strings.HasPrefix(text, "ERR AUTH <password> called without any password"):
		return ReasonWrongPassword
	case code == "NOPERM":
		return ReasonForbidden
	}
	return ReasonUnknown
}

// reasonError is an error of which the reason is known.
type reasonError struct {
	error
	reason Reason
}

// Unwrap returns the error itself.
func (e *reasonError) Unwrap() error { return e.error }

func because(reason Reason, err error) error { return &reasonError{error: err, reason: reason} }

// explainPing finds out why PING was not answered with PONG.
func explainPing(ctx context.Context, o *redis.Options, err error) error {
	if reply, ok := errors.AsType[redis.Error](err); ok && !strings.Contains(err.Error(), "invalid reply") {
		return &refusedError{words: refusals[reasonOfReply(reply.Error())], err: scrubbed(err, o)}
	}
	if cut := explainCut(ctx, o, err); cut != nil {
		return scrubbed(cut, o)
	}
	if other := explainForeign(ctx, o, err); other != nil {
		return scrubbed(other, o)
	}
	return fmt.Errorf("%w: ping: %w", ErrUnreachable, scrubbed(explainPlain(ctx, o, err), o))
}

// refusals say what a server does that answers PING with an error.
var refusals = map[Reason]string{
	ReasonUnknown:       "the server refuses",
	ReasonNoPassword:    "the server wants a password",
	ReasonWrongPassword: "the server refuses this password",
	ReasonForbidden:     "this user may not run PING",
}

// refusedError is an error of class [ErrRefused].
type refusedError struct {
	words string
	err   error
}

func (e *refusedError) Error() string   { return e.words + ": " + e.err.Error() }
func (e *refusedError) Unwrap() []error { return []error{ErrRefused, e.err} }

// explainForeign recognises what answers in another protocol than that of Redis.
// It is nil for all else, TLS included.
func explainForeign(ctx context.Context, o *redis.Options, err error) error {
	if !says(err, "can't parse", "invalid reply") || ctx.Err() != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	conn, dialErr := dial(ctx, o)
	if dialErr != nil {
		return nil
	}
	defer conn.Close()
	return foreign(firstLine(ctx, conn, pingCommand))
}

// replies are the bytes with which a reply of a Redis begins.
const replies = "+-:$*_#,(!=%~>|"

// foreign returns an error of class [ErrUnfit] for a first line of text that is no
// reply of a Redis. What ends within its first line is judged by that.
func foreign(line string, _ error) error {
	if line == "" || line[0] < ' ' || line[0] > '~' || strings.Contains(replies, line[:1]) {
		return nil
	}
	return because(ReasonForeign, fmt.Errorf("%w: it answers, but is not a Redis: %.60q", ErrUnfit, strings.TrimSpace(line)))
}

// handshakeTimeout bounds a TLS handshake: a server that speaks no TLS may wait
// for the rest of a line for ever.
const handshakeTimeout = 10 * time.Second

// explainPlain finds out why a server that was spoken to without TLS does not
// answer PING: it may speak TLS. Nothing but the beginning of a handshake is
// sent. A reply, and what is no matter of the connection, explains itself.
func explainPlain(ctx context.Context, o *redis.Options, err error) error {
	_, isReply := errors.AsType[redis.Error](err)
	if isReply && !strings.Contains(err.Error(), "invalid reply") || o.TLSConfig != nil || o.Network != "tcp" || ctx.Err() != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	own := *o
	own.TLSConfig = &tls.Config{InsecureSkipVerify: true} // no word is said over it
	conn, tlsErr := dial(ctx, &own)
	if tlsErr == nil {
		_ = conn.Close()
	}
	if tlsErr == nil || isAlert(tlsErr) {
		return because(ReasonSpeaksTLS, fmt.Errorf("the server speaks TLS: %w", err))
	}
	return err
}

// explainTLS finds out why a TLS handshake failed: the server may speak none. It
// is asked PING without TLS, which needs no password and tells none.
func explainTLS(ctx context.Context, o *redis.Options, err error) error {
	if o.TLSConfig == nil || ReasonOf(err) != ReasonUnknown || ctx.Err() != nil {
		return err
	}
	own := *o
	own.TLSConfig = nil
	conn, plainErr := dial(ctx, &own)
	if plainErr != nil {
		return err
	}
	defer conn.Close()
	line, plainErr := firstLine(ctx, conn, pingCommand)
	if other := foreign(line, plainErr); other != nil {
		return other
	}
	if plainErr != nil || !strings.HasPrefix(line, "+PONG") && !strings.HasPrefix(line, "-") {
		return err
	}
	return because(ReasonSpeaksPlain, fmt.Errorf("the server speaks no TLS: %w", err))
}

// isCut reports whether err is the end of a connection by the other side.
func isCut(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
