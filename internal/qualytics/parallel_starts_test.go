// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// Of concurrent starts whose responses are lost, each finds its own Run.
func TestParallelReruns(t *testing.T) {
	const calls = 8
	for name, test := range map[string]struct {
		fault mockapi.Fault
		lost  int // number of lost responses
	}{
		"none lost":                 {},
		"one lost":                  {mockapi.Fault{Close: true, AfterEffect: true, Skip: 5}, 1},
		"one lost, without effect":  {mockapi.Fault{Close: true, Skip: 5}, 1},
		"some lost":                 {mockapi.Fault{Close: true, AfterEffect: true, Skip: 5, Times: 3}, 3},
		"some lost, without effect": {mockapi.Fault{Status: 502, Skip: 5, Times: 3}, 3},
		"all lost":                  {mockapi.Fault{Status: 504, AfterEffect: true, Times: calls}, calls},
		"some rejected by a 429":    {mockapi.Fault{Status: 429, Times: 5}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := simulate(t, mockapi.Options{}, []mockapi.Run{scan(100, "success")})
				service.client.locks.directory = noDirectory
				if test.lost > 0 || test.fault.Status != 0 {
					service.breakAt(rerunPath, test.fault)
				}
				var (
					group   sync.WaitGroup
					mutex   sync.Mutex
					started []int64
					lost    int
				)
				for range calls {
					group.Go(func() {
						run, err := rerun(t.Context(), service.client, 100)
						mutex.Lock()
						defer mutex.Unlock()
						var unknown *LostStartError
						switch {
						case err == nil:
							started = append(started, run.ID)
						case errors.As(err, &unknown):
							lost++
						default:
							t.Error(err)
						}
					})
				}
				group.Wait()
				effects, notFound := calls, 0
				if !test.fault.AfterEffect {
					effects, notFound = calls-test.lost, test.lost
				}
				equal(t, "not found", lost, notFound)
				equal(t, "Runs", len(service.Runs()), 1+effects)
				slices.Sort(started)
				equal(t, "calls with a different Run each", len(slices.Compact(started)), calls-lost)
			})
		})
	}
}

// noDirectory is a lock directory that cannot be used, so that the lock covers one client only.
func noDirectory() (string, error) { return "", errors.New("no directory") }
