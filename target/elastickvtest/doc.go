// Package elastickvtest is a server for tests. It behaves like an elastickv as far
// as a drill can observe: the commands it knows, the commands it refuses, and the
// form of its replies. It stores its data in a miniredis.
//
// It imitates the real server in these points:
//
//   - it knows the command set of docs/FORMAT.md only and answers anything
//     else with "ERR unsupported command 'X'";
//   - there is one key space: SELECT takes any number and changes nothing;
//   - TYPE of a HyperLogLog is string, GET of it is nil, PFCOUNT is exact;
//   - scores are plain decimals without exponent, +Inf, -Inf, -0, NaN;
//   - PTTL saturates at 9223372036854;
//   - it calls itself a Redis, in INFO and in HELLO: the worst case for a
//     client that must recognise it. [Server.SetInfo] changes that.
//
// KEYS with a pattern, SCAN and DBSIZE end the real server. Here they fail the
// test and close the connection.
package elastickvtest
