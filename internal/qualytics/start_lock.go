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
	"time"

	"github.com/gofrs/flock"
)

// lockPollInterval is the interval between two attempts to lock the file.
const lockPollInterval = 50 * time.Millisecond

// startLock serializes the starts of this client and, with a lock file, of all processes of one
// user on this machine that use the same deployment: Terraform starts a process for each provider
// block. Otherwise, two starts that lose their responses could adopt each other's Runs.
type startLock struct {
	slot chan struct{}
	path string
}

func newStartLock(base *url.URL) startLock {
	deployment := sha256.Sum256([]byte(canonicalURL(base)))
	name := fmt.Sprintf("terraform-provider-qualytics-%d-%x.lock", os.Getuid(), deployment[:8])
	return startLock{slot: make(chan struct{}, 1), path: filepath.Join(os.TempDir(), name)}
}

// acquire waits for the lock, and returns a function that releases it. It returns an error only if
// the context ends. If the lock file is not usable, the lock does not cover other processes.
func (l startLock) acquire(ctx context.Context) (release func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case l.slot <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	file := flock.New(l.path)
	if _, err := file.TryLockContext(ctx, lockPollInterval); err != nil && ctx.Err() != nil {
		<-l.slot
		return nil, ctx.Err()
	}
	return func() {
		_ = file.Close()
		<-l.slot
	}, nil
}
