package rdb

import (
	"errors"
	"fmt"
)

// Errors of LZF data (SPEC-RDB 2.3).
var (
	errShortLZF = errors.New("compressed string: ends in the middle of an instruction")
	errBackLZF  = errors.New("compressed string: refers to what is before its beginning")
)

// maxRatio is how much LZF can expand: 264 bytes from 3.
const maxRatio = 264 / 3

// unpack appends to dst what LZF data stands for, which has to be of plain bytes.
// Memory grows with what is unpacked, not with what is claimed.
func unpack(dst, src []byte, plain uint64) ([]byte, error) {
	if plain > uint64(len(src))*maxRatio {
		return nil, fmt.Errorf("compressed string: %d bytes cannot hold %d", len(src), plain)
	}
	if uint64(cap(dst)) < plain {
		dst = make([]byte, 0, plain)
	}
	for i := 0; i < len(src); {
		c := int(src[i])
		i++
		if c < 0x20 { // copy from the input
			n := c + 1
			if n > len(src)-i {
				return nil, errShortLZF
			}
			if uint64(len(dst)+n) > plain {
				return nil, tooLong(plain)
			}
			dst = append(dst, src[i:i+n]...)
			i += n
			continue
		}
		n := c >> 5
		if n == 7 {
			if i == len(src) {
				return nil, errShortLZF
			}
			n += int(src[i])
			i++
		}
		n += 2
		if i == len(src) {
			return nil, errShortLZF
		}
		back := (c&0x1F)<<8 | int(src[i])
		i++
		from := len(dst) - back - 1
		if from < 0 {
			return nil, errBackLZF
		}
		if uint64(len(dst)+n) > plain {
			return nil, tooLong(plain)
		}
		if n <= back+1 {
			dst = append(dst, dst[from:from+n]...)
			continue
		}
		for ; n > 0; n-- { // it overlaps what it makes
			dst = append(dst, dst[from])
			from++
		}
	}
	if uint64(len(dst)) != plain {
		return nil, fmt.Errorf("compressed string: %d bytes instead of %d", len(dst), plain)
	}
	return dst, nil
}

func tooLong(plain uint64) error {
	return fmt.Errorf("compressed string: more than the %d bytes that it claims", plain)
}
