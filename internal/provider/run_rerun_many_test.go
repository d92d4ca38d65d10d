// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"testing"
	"time"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// In an apply with many reruns, each is requested once and polled no more often than the intervals
// allow. A slow machine can only reduce the number of polls.
func TestRunRerun_many(t *testing.T) {
	t.Parallel()
	const (
		count       = 20
		running     = 300 * time.Millisecond
		interval    = 100 * time.Millisecond
		leastPause  = interval * 3 / 4 // jitter takes up to a quarter
		mostPolls   = int(running/leastPause) + 1
		sourceReads = 3 // the plan, the plan of the apply, and the apply
	)
	api := newAPI(t, mockapi.Options{Outcome: mockapi.Outcome{Running: running}})
	p := api.connect(t, `"poll_interval": "100ms"`)
	f := &fleet{}
	for range count {
		f.resources = append(f.resources, p.track(t))
	}
	f.each(func(r *tracked, _ int64) { expectDiagnostics(t, r.apply(t, `{"run_id": 100}`)) })
	newest, reads, polls := 0, 0, map[string]int{}
	for _, request := range api.Requests() {
		switch {
		case request.Path == listPath:
			newest++
		case request.Path == "/api/operations/100":
			reads++
		case request.Method == http.MethodGet:
			polls[request.Path]++
		}
	}
	if writes := len(api.writes()); writes != count {
		t.Errorf("got %d reruns, want %d", writes, count)
	}
	if reads != count*sourceReads {
		t.Errorf("the source was read %d times, want %d", reads, count*sourceReads)
	}
	if newest < count || newest > 2*count {
		t.Errorf("the newest Runs were listed %d times, want once before each rerun and at most once after it", newest)
	}
	for path, times := range polls {
		if times > mostPolls {
			t.Errorf("%s was polled %d times, want at most %d", path, times, mostPolls)
		}
	}
}
