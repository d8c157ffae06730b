package photo

import (
	"encoding/binary"
	"errors"
)

// errWebP is of a file that begins as WebP and goes on otherwise.
var errWebP = errors.New("no WebP")

// lookWebP reads the header of a WebP: RFC 9649, sections 2.3 to 2.7.
func lookWebP(body []byte) (Picture, bool, error) {
	const head = 30 // bytes, by which each of the three forms has said how large it is
	if len(body) < head {
		return Picture{}, false, errWebP
	}
	whole := 8+int64(binary.LittleEndian.Uint32(body[4:])) <= int64(len(body)) && 20+int64(binary.LittleEndian.Uint32(body[16:])) <= int64(len(body))
	p := Picture{Kind: WebP}
	switch data := body[20:]; string(body[12:16]) {
	case "VP8 ":
		if data[0]&1 != 0 || string(data[3:6]) != "\x9d\x01\x2a" { // a key frame
			return p, false, errWebP
		}
		p.Width, p.Height = int(binary.LittleEndian.Uint16(data[6:])&0x3fff), int(binary.LittleEndian.Uint16(data[8:])&0x3fff)
	case "VP8L":
		bits := binary.LittleEndian.Uint32(data[1:])
		if data[0] != 0x2f || bits>>29 != 0 { // signature and version
			return p, false, errWebP
		}
		p.Width, p.Height = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1
	case "VP8X":
		p.Width, p.Height = int(uint24(data[4:]))+1, int(uint24(data[7:]))+1
	default:
		return p, false, errWebP
	}
	return p, whole, nil
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
