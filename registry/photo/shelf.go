package photo

import (
	"context"
	"io"
	"iter"

	"citygrid/registry"
)

// Shelf is where the bytes of photos are kept, by their digest. It is safe for concurrent use.
type Shelf interface {
	// Put keeps a photo; when it returns the photo survives a crash. To put it again does no harm.
	Put(ctx context.Context, d Digest, body []byte) error
	// Open opens a photo. Internal, with the code CodeLost or CodeDamaged, for one that is not there any more or is not what it was; Unavailable
	// when the shelf is away.
	Open(ctx context.Context, d Digest) (io.ReadSeekCloser, error)
	// Items are the names of all that Put made or left half done, digests and others, and of nothing else.
	Items(ctx context.Context) iter.Seq2[string, error]
	// Remove takes an item away; one that is gone is no error.
	Remove(ctx context.Context, item string) error
}

// The codes of photos that the database knows and the shelf has lost.
const (
	CodeLost    = "photo_lost"
	CodeDamaged = "photo_damaged"
)

// Lost is the failure of a photo that is not on its shelf.
func Lost(d Digest) error {
	return registry.NewError(registry.Internal, CodeLost, "照片文件丢失："+d.String(), "the photo is lost: "+d.String())
}

// Damaged is the failure of a photo that is not what it was.
func Damaged(d Digest) error {
	return registry.NewError(registry.Internal, CodeDamaged, "照片文件已损坏："+d.String(), "the photo is damaged: "+d.String())
}
