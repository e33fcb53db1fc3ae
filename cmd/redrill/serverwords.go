package main

import "redrill/restore"

// hintOfRefusal returns the next step after an error reply of a server, by the first
// word of it.
func hintOfRefusal(err error) string {
	switch restore.Code(err) {
	case "OOM":
		return hintMemory
	case "MISCONF":
		return "the server cannot save its data (disk full? permissions?): its log says why; CONFIG SET stop-writes-on-bgsave-error no makes it accept writes anyway"
	case "READONLY":
		return "this server is a replica: give the URL of its primary"
	case "LOADING":
		return "the server is loading its data: try again when it has finished"
	case "NOPERM":
		return hintForbidden
	case "NOREPLICAS":
		return "the server takes writes only with enough replicas: see its min-replicas-to-write"
	case "MOVED", "ASK", "CLUSTERDOWN", "CROSSSLOT":
		return "this server is one node of a cluster: use a single server"
	case "BUSY":
		return "the server is overloaded, or runs a script: try again later, or with fewer --connections"
	}
	return ""
}

const hintForbidden = "use another user (--user), or let ACL SETUSER permit these commands on every key"

const hintMemory = "raise maxmemory (redis-cli CONFIG SET maxmemory …mb), or use a server with more memory"
