// Package parallel runs loops on all processors.
//
// Callers get results that do not depend on the number of threads by letting every index write its own place, and by
// adding partial results afterwards in index order.
package parallel

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// For calls f(i) once for every i in [0, n), on up to GOMAXPROCS goroutines, and waits for all of them. Indices are
// handed out in increasing order. A panic in f is raised again in the caller.
func For(n int, f func(i int)) { _ = ForContext(context.Background(), n, f) }

// ForContext is For that hands out no more indices once ctx is done, and then returns its error.
func ForContext(ctx context.Context, n int, f func(i int)) error {
	return Workers(ctx, runtime.GOMAXPROCS(0), n, func() func(int) { return f })
}

// Workers is ForContext on at most k goroutines, each calling its own function made by start, so that a goroutine can
// keep scratch memory. With k <= 1 everything runs in the caller's goroutine.
func Workers(ctx context.Context, k, n int, start func() func(i int)) error {
	if k > n {
		k = n
	}
	if k <= 1 {
		if n <= 0 {
			return ctx.Err()
		}
		f := start()
		for i := 0; i < n && ctx.Err() == nil; i++ {
			f(i)
		}
		return ctx.Err()
	}
	var (
		next  atomic.Int64
		wg    sync.WaitGroup
		once  sync.Once
		cause any
	)
	for range k {
		wg.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					once.Do(func() { cause = r })
					next.Store(int64(n)) // the others stop at their next index
				}
			}()
			f := start()
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				f(i)
			}
		})
	}
	wg.Wait()
	if cause != nil {
		panic(cause)
	}
	return ctx.Err()
}
