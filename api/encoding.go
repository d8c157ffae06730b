package api

import (
	"compress/gzip"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

const compressFrom = 1400 // bytes: less fits one packet anyway

// compressor writes a compressed body into somebody else's writer.
type compressor interface {
	io.WriteCloser
	Reset(io.Writer)
}

// coding is a way to compress an answer.
type coding struct {
	name    string
	writers *sync.Pool // of compressors
}

// codings are those that are offered, the fastest for what it saves first: of those that a client likes equally, it is taken.
var codings = [...]coding{
	{"zstd", &sync.Pool{New: func() any {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
		return must(z, err)
	}}},
	{"br", &sync.Pool{New: func() any { return brotli.NewWriterLevel(io.Discard, 2) }}},
	{"gzip", &sync.Pool{New: func() any {
		z, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
		return must(z, err)
	}}},
}

// must is for constant levels, which cannot fail.
func must[T any](z T, err error) T {
	if err != nil {
		panic(err)
	}
	return z
}

// codingFor reads Accept-Encoding for the coding that a client likes best; ok is false where none of ours is more welcome than none at all.
func codingFor(accept string) (best coding, ok bool) {
	weight := 0.0
	for _, c := range codings {
		if q := qualityOf(accept, c.name); q > weight {
			best, weight, ok = c, q, true
		}
	}
	if q, named := namedQuality(accept, "identity"); named && q > weight {
		return coding{}, false
	}
	return best, ok
}

// qualityOf is how much a coding is liked, 0 where it is not named.
func qualityOf(accept, name string) float64 {
	if q, named := namedQuality(accept, name); named {
		return q
	}
	q, _ := namedQuality(accept, "*")
	return q
}

func namedQuality(accept, name string) (q float64, named bool) {
	for part := range strings.SplitSeq(accept, ",") {
		of, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(of), name) {
			continue
		}
		text, weighed := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
		if !weighed {
			return 1, true
		}
		q, err := strconv.ParseFloat(text, 64)
		if err != nil || !(q >= 0) {
			return 0, true
		}
		return min(q, 1), true
	}
	return 0, false
}
