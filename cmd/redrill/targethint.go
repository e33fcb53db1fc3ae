package main

import "redrill/target"

// targetHint returns the next step where it is known why a server cannot be
// used.
func targetHint(reason target.Reason) string {
	switch reason {
	case target.ReasonUnknown:
		return ""
	case target.ReasonNoPassword:
		return "set " + passwordVariable + ", or give --password-file; --user names another user than default"
	case target.ReasonWrongPassword:
		return "look at " + passwordVariable + ", --password-file and --user; a password in the URL wins over them"
	case target.ReasonForbidden:
		return hintForbidden
	case target.ReasonSpeaksTLS:
		return "try rediss:// in place of redis://"
	case target.ReasonSpeaksPlain:
		return "try redis:// in place of rediss://, or the port at which the server speaks TLS"
	case target.ReasonUntrusted:
		return "give the certificate of the authority that signed the server's certificate with --tls-ca; --tls-insecure skips the check"
	case target.ReasonServerName:
		return "the certificate is for another name than the URL: give that name with --tls-server-name"
	case target.ReasonWantsCert:
		return "the server wants a client certificate it can trust: --tls-cert and --tls-key"
	case target.ReasonNobody:
		return "no server listens there: is the server running, is the port right, does it listen on this address?"
	case target.ReasonNoSocket:
		return "the socket does not exist: `CONFIG GET unixsocket` on the server shows its path"
	case target.ReasonNoHost:
		return "this name is unknown here: is it spelled right, is it a name of another network?"
	case target.ReasonCluster:
		return "use a server without cluster mode, or a cluster with one primary that holds all hash slots"
	case target.ReasonSlots:
		return "name the primary, and let it hold all hash slots: `redis-cli CLUSTER SLOTS` says who holds which"
	case target.ReasonSentinel:
		return "name the server: `redis-cli -p PORT SENTINEL get-master-addr-by-name NAME` on the Sentinel says where it is"
	case target.ReasonProxy:
		return "name the Redis behind it: a drill has to know what the server can do, and to look for extra keys"
	case target.ReasonForeign:
		return "another program listens there: are the address and the port those of a Redis?"
	case target.ReasonNoAnswer:
		return "is the server running, is the address right, does a firewall drop the packets?"
	case target.ReasonNoImage:
		return "name an image that `docker images` lists with --image NAME, or do without Docker: --target process"
	case target.ReasonSlowDocker:
		return "is the Docker daemon well? --docker-timeout gives each request to it more time"
	case target.ReasonDockerSSH:
		return "forward the daemon's socket (ssh -L /tmp/docker.sock:/var/run/docker.sock HOST) and set DOCKER_HOST=unix:///tmp/docker.sock"
	case target.ReasonDockerContext:
		return "set DOCKER_HOST to the daemon, or DOCKER_CONTEXT=default"
	}
	return ""
}
