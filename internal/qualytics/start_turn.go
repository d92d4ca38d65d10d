// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// lockPoll is the interval at which a turn that another process has is requested again.
const lockPoll = 50 * time.Millisecond

// startTurn admits one start at a time: of this client and, with a lock file, of all processes of
// one user on this machine that use the same deployment, since each provider block is a process of
// its own. Otherwise, two starts that lose their responses could adopt each other's Runs.
type startTurn struct {
	slot chan struct{}
	path string
}

func newStartTurn(base *url.URL) startTurn {
	deployment := sha256.Sum256([]byte(strings.ToLower(base.String())))
	name := fmt.Sprintf("terraform-provider-qualytics-%d-%x.lock", os.Getuid(), deployment[:8])
	return startTurn{slot: make(chan struct{}, 1), path: filepath.Join(os.TempDir(), name)}
}

// take waits for the turn, and returns a function that ends it. The only error is that the context
// has ended. Without a usable lock file, the turn does not cover other processes.
func (t startTurn) take(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case t.slot <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	lock := flock.New(t.path)
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil && ctx.Err() != nil {
		<-t.slot
		return nil, ctx.Err()
	}
	return func() {
		_ = lock.Close()
		<-t.slot
	}, nil
}
