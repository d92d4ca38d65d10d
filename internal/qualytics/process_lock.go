// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockPollInterval is the interval between two attempts to lock a file.
const lockPollInterval = 25 * time.Millisecond

// processLock is a lock between processes: a locked file, which the operating system unlocks if the
// process ends. Such locks are not fair. So whoever is next for the file holds a second one: who has
// just unlocked the file has to wait for its turn to be next before it can lock the file again.
type processLock struct {
	next, file *flock.Flock
}

// lockFile waits for the lock file of a datastore. It returns an error if ctx ends, or if the file
// is not usable.
func (l *startLocks) lockFile(ctx context.Context, datastore int64) (*processLock, error) {
	directory, err := l.directory()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(directory, l.lockName(datastore))
	lock := &processLock{next: flock.New(path + ".next"), file: flock.New(path)}
	var logged time.Time
	for _, file := range []*flock.Flock{lock.next, lock.file} {
		if err := mustBeRegular(file.Path()); err != nil {
			lock.unlock()
			return nil, err
		}
		for {
			locked, err := file.TryLock()
			if locked {
				break
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				lock.unlock()
				return lock, err
			}
			if time.Since(logged) >= lockLogInterval {
				logged = time.Now()
				l.log(ctx, "Qualytics start waits for another process", map[string]any{"datastore": datastore, "file": path})
			}
			select {
			case <-ctx.Done():
			case <-time.After(lockPollInterval):
			}
		}
	}
	_ = lock.next.Unlock()
	return lock, nil
}

// lockName returns the name of the lock file of a datastore, 0 if unknown.
func (l *startLocks) lockName(datastore int64) string {
	return fmt.Sprintf("start-%x-%d.lock", l.deployment[:8], datastore)
}

func (p *processLock) path() string {
	if p == nil {
		return ""
	}
	return p.file.Path()
}

// contested reports whether another process waits for the lock.
func (p *processLock) contested() bool {
	locked, err := p.next.TryLock()
	_ = p.next.Unlock()
	return err == nil && !locked
}

func (p *processLock) unlock() {
	_ = p.file.Unlock()
	_ = p.next.Unlock()
}

// lockDirectory returns the directory of the lock files, in which only this user can write: in the
// user's cache directory or, where there is none, in the temporary directory.
func lockDirectory() (string, error) {
	const name = "terraform-provider-qualytics"
	path := filepath.Join(os.TempDir(), fmt.Sprintf("%s-%d", name, os.Getuid()))
	if caches, err := os.UserCacheDir(); err == nil {
		path = filepath.Join(caches, name)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return "", err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s is a link", path)
	}
	return path, os.Chmod(path, 0o700) //nolint:gosec // a directory; it fails for one of another user
}

// mustBeRegular returns an error for a file that exists and is not a regular one, such as a link to
// another file.
func mustBeRegular(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	return err
}
