package postgis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"citygrid/registry"
)

// interpret turns a database failure into the registry's kinds, once, at the border; op names what was being done. A nil error
// stays nil and an Error passes through.
func interpret(op string, err error) error {
	if err == nil {
		return nil
	}
	var known *registry.Error
	if errors.As(err, &known) {
		return err
	}
	e := classify(err)
	e.Err = fmt.Errorf("%s: %w", op, err)
	return e
}

// Away reports whether a failure says that the database is not there, or not able now, and may be later: as opposed to one that
// refuses, lacks something or was asked for what is wrong. It is for who talks to the database beside a Store, as migrations do.
func Away(err error) bool {
	return err != nil && registry.KindOf(interpret("", err)) == registry.Unavailable
}

func classify(err error) *registry.Error {
	var pg *pgconn.PgError
	var network net.Error
	var connect *pgconn.ConnectError
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return registry.NewError(registry.NotFound, "not_found", "没有这条记录", "there is no such record")
	case errors.As(err, &pg):
		return classifyState(pg)
	case errors.Is(err, context.Canceled):
		return registry.NewError(registry.Unavailable, "canceled", "请求已取消", "the request was cancelled")
	case errors.Is(err, context.DeadlineExceeded):
		return timedOut()
	case errors.As(err, &connect), errors.As(err, &network), pgconn.SafeToRetry(err), errors.Is(err, net.ErrClosed),
		errors.Is(err, io.ErrUnexpectedEOF): // the server ended in the middle of an answer
		return away()
	}
	return registry.NewError(registry.Internal, "internal", "内部错误", "internal error")
}

// classifyState maps SQLSTATE classes; see appendix A of the PostgreSQL manual.
func classifyState(pg *pgconn.PgError) *registry.Error {
	switch pg.Code {
	case "57014": // query_canceled, which statement_timeout also raises
		return timedOut()
	case "40001", "40P01", "55P03": // serialization, deadlock, lock not available
		return registry.NewError(registry.Conflict, registry.CodeBusy, "另一项更改正在进行，请稍后重试", "another change is in progress: try again")
	case "22021", "22P05": // bytes that are no UTF-8, and NUL: no text of the registry has them
		return registry.NewError(registry.Invalid, "bad_text", "文本含有无效的 UTF-8 字节或 NUL 字符", "a text holds bytes that are not UTF-8, or NUL")
	case "53100": // disk full
		return registry.NewError(registry.Unavailable, registry.CodeStorageFull, "数据库存储空间已满，未作更改；请管理员腾出空间后重试", "the database's storage is full: nothing was changed; make room, then try again")
	}
	switch pg.Code[:2] {
	case "08", "53", "57", "58":
		return away()
	}
	return registry.NewError(registry.Internal, "internal", "内部错误", "internal error")
}

func away() *registry.Error {
	return registry.NewError(registry.Unavailable, "database_away", "数据库暂不可用，请稍后重试", "the database is away: try again shortly")
}

func timedOut() *registry.Error {
	return registry.NewError(registry.Unavailable, "timed_out", "查询超时，请缩小范围", "the query took too long: ask for less")
}
