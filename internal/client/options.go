// Package client says how every stage talks to a server.
package client

import (
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Harden sets what every connection needs. Nothing is ever retried: a pipeline
// that is sent again doubles lists without an error, a read that failed is an
// error, and a dial that is tried again may reach another server. Replies are
// RESP2 unless RESP3 is asked for. Nothing is said at connect time that a server
// would have to understand.
func Harden(o *redis.Options) {
	o.MaxRetries = -1
	o.DialerRetries = 1
	if o.Protocol != 3 { // 0 is 3 for the client library
		o.Protocol = 2
	}
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}
