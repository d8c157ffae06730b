// Package s3 keeps photos in a bucket of an S3-compatible store.
package s3

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"os"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"citygrid/registry"
	"citygrid/registry/photo"
)

// Config says where the bucket is. All but Region and Temp must be given.
type Config struct {
	// URL is https://host[:port]/bucket, and what names of photos begin with after that: https://s3.example.cn/citygrid/photos. Plain http is for a store on
	// the same machine or a wire that nobody else has.
	URL    string
	Key    string
	Secret string
	Region string // empty: us-east-1, which most stores that are not Amazon's take
	Temp   string // the folder where a photo lies while it is read; empty: that of the system
}

// Shelf is a photo.Shelf in a bucket: a photo is the object prefix/ab/abcd…
type Shelf struct {
	client *minio.Client
	bucket string
	prefix string // with a slash behind it, or empty
	temp   string
}

var _ photo.Shelf = (*Shelf)(nil)

// New makes a Shelf, and asks nothing of the store yet. Its errors never quote the secret.
func New(c Config) (*Shelf, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("s3: the address must be http or https, a host and a bucket, such as https://s3.example.cn/citygrid/photos")
	}
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if bucket == "" || c.Key == "" || c.Secret == "" {
		return nil, errors.New("s3: the address names no bucket, or there is no key or no secret")
	}
	if prefix != "" {
		prefix += "/"
	}
	client, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(c.Key, c.Secret, ""), Secure: u.Scheme == "https", Region: cmp.Or(c.Region, "us-east-1"), BucketLookup: minio.BucketLookupPath, MaxRetries: 3,
	})
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	return &Shelf{client, bucket, prefix, c.Temp}, nil
}

// Put sends a photo in one piece: it is there whole, or not at all.
func (s *Shelf) Put(ctx context.Context, d photo.Digest, body []byte) error {
	_, err := s.client.PutObject(ctx, s.bucket, s.object(d.String()), bytes.NewReader(body), int64(len(body)), minio.PutObjectOptions{
		ContentType: "application/octet-stream", DisableMultipart: true, SendContentMd5: true,
	})
	return interpret(ctx, "put a photo", err)
}

// Open fetches a photo into a file that has no name, and gives it out when its digest is right.
func (s *Shelf) Open(ctx context.Context, d photo.Digest) (_ io.ReadSeekCloser, err error) {
	object, err := s.client.GetObject(ctx, s.bucket, s.object(d.String()), minio.GetObjectOptions{})
	if err != nil {
		return nil, interpret(ctx, "open a photo", err)
	}
	defer object.Close()
	f, err := os.CreateTemp(s.temp, "citygrid-photo-")
	if err != nil {
		return nil, err
	}
	os.Remove(f.Name())
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(object, photo.MaxBytes+1))
	switch {
	case minio.ToErrorResponse(err).Code == minio.NoSuchKey:
		return nil, photo.Lost(d)
	case err != nil:
		return nil, interpret(ctx, "open a photo", err)
	case n > photo.MaxBytes || photo.Digest(sum.Sum(nil)) != d:
		return nil, photo.Damaged(d)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return f, nil
}

// Items lists the bucket below the prefix. Objects under other names are not this shelf's.
func (s *Shelf) Items(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		ctx, cancel := context.WithCancel(ctx) // what is still on its way ends with the loop
		defer cancel()
		for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true}) {
			if o.Err != nil {
				yield("", interpret(ctx, "list photos", o.Err))
				return
			}
			name := o.Key[strings.LastIndexByte(o.Key, '/')+1:]
			if _, ok := photo.ParseDigest(name); ok && o.Key == s.object(name) && !yield(name, nil) {
				return
			}
		}
	}
}

// Remove removes an object of Items.
func (s *Shelf) Remove(ctx context.Context, item string) error {
	return interpret(ctx, "remove a photo", s.client.RemoveObject(ctx, s.bucket, s.object(item), minio.RemoveObjectOptions{}))
}

func (s *Shelf) object(name string) string { return s.prefix + name[:2] + "/" + name }

// interpret says of a failure whether trying again may help; nil stays nil.
func interpret(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", op, ctx.Err())
	}
	e := registry.NewError(registry.Unavailable, "photos_away", "照片存储暂不可用，请稍后重试", "the store of photos is away: try again shortly")
	switch minio.ToErrorResponse(err).Code {
	case minio.NoSuchBucket, minio.AccessDenied, minio.InvalidAccessKeyID, minio.SignatureDoesNotMatch:
		e = registry.NewError(registry.Internal, "photos_refused", "照片存储拒绝访问：请检查存储桶与密钥", "the store of photos refuses: check the bucket and the key")
	}
	e.Err = fmt.Errorf("%s: %w", op, err)
	return e
}
