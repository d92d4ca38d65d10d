// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// An apply, and an action, take at most 1.1 times the Run's own time and 2 s. The times are those of
// a synctest bubble, with the usual poll_interval. `make bench` prints the ratios.
func TestApplyTime(t *testing.T) {
	for _, way := range []struct {
		name string
		take func(t *testing.T, p *protocol) (time.Duration, []*tfprotov6.Diagnostic)
	}{{"apply", timeApply}, {"action", timeAction}} {
		for _, length := range []time.Duration{time.Second, 10 * time.Second, time.Minute, 30 * time.Minute} {
			t.Run(fmt.Sprintf("%s/run=%v", way.name, length), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					api := newAPIInMemory(t, "http://127.0.0.1", 50*time.Millisecond, mockapi.Options{Outcome: mockapi.Outcome{Running: length}})
					p := serveProtocol(t, typed[*qualyticsProvider](New("test")()))
					expectDiagnostics(t, p.configure(t, api.json(`"max_retries": 0`)))
					took, diagnostics := way.take(t, p)
					expectDiagnostics(t, diagnostics)
					api.expectRuns(t, 100, 101)
					if most := length*11/10 + 2*time.Second; took < length || took > most {
						t.Errorf("took %v, want at least %v and at most %v", took, length, most)
					}
					t.Logf("%.2f x-run, %d requests", took.Seconds()/length.Seconds(), len(api.Requests()))
				})
			})
		}
	}
}

// The requests of a plan, and those for the error about a failed Run, end with the timeout, too.
func TestApplyTime_limited(t *testing.T) {
	for name, test := range map[string]struct{ path, want string }{
		"plan":       {"/api/operations/100", "error: Cannot read Run 100: .*timeouts"},
		"containers": {poll101 + "/containers", "error: Run 101 failed"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				outcome := failing
				outcome.Running = 5 * time.Second
				api := newAPIInMemory(t, "http://127.0.0.1", 0, mockapi.Options{Outcome: outcome})
				api.Inject(mockapi.Fault{Method: "GET", Path: test.path, Delay: time.Hour, Times: mockapi.Always})
				p := serveProtocol(t, typed[*qualyticsProvider](New("test")()))
				expectDiagnostics(t, p.configure(t, api.json(`"max_retries": 4`)))
				began := time.Now()
				expectDiagnostics(t, p.manage(t, "qualytics_run_rerun").apply(t, `{"run_id": 100, "timeouts": {"create": "10s"}}`), test.want)
				if took := time.Since(began); took > 11*time.Second {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

func timeApply(t *testing.T, p *protocol) (time.Duration, []*tfprotov6.Diagnostic) {
	t.Helper()
	var planned time.Time
	diagnostics := p.manage(t, "qualytics_run_rerun").applyAfter(t.Context(), t, `{"run_id": 100}`, func() { planned = time.Now() })
	return time.Since(planned), diagnostics
}

func timeAction(t *testing.T, p *protocol) (time.Duration, []*tfprotov6.Diagnostic) {
	t.Helper()
	began := time.Now()
	_, diagnostics := p.invoke(t.Context(), t, "qualytics_run_rerun", `{"run_id": 100}`)
	return time.Since(began), diagnostics
}
