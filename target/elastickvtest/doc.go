// Package elastickvtest is a server for tests that behaves like an elastickv
// where a drill can tell: the commands it knows, the ones it refuses, and how
// it writes its replies. It stores its data in a miniredis.
//
// What it copies of the real server:
//
//   - it knows the command set of docs/FORMAT.md only and answers anything
//     else with "ERR unsupported command 'X'";
//   - there is one key space: SELECT takes any number and changes nothing;
//   - TYPE of a HyperLogLog is string, GET of it is nil, PFCOUNT is exact;
//   - scores are plain decimals without exponent, +Inf, -Inf, -0, NaN;
//   - PTTL saturates at 9223372036854;
//   - it calls itself a Redis, in INFO and in HELLO: the worst case for who
//     must recognise it. [Server.SetInfo] changes that.
//
// KEYS with a pattern, SCAN and DBSIZE end the real server. Here they fail the
// test and close the connection.
package elastickvtest
