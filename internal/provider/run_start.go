// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/qualytics/terraform-provider-qualytics/internal/qualytics"
	"github.com/qualytics/terraform-provider-qualytics/internal/runwait"
)

// starter starts a Run. It is what resources and actions differ in.
type starter interface {
	// check reports during the plan what would make the start fail. It returns the Run to act on, if
	// it is certain: the apply looks up the latest again. runs is nil if the provider is not
	// configured yet.
	check(ctx context.Context, runs *runs, wait waitModel, diags *diag.Diagnostics) *qualytics.Operation
	// start returns the Run that the API has accepted. It returns nil and reports the reason if there
	// is none.
	start(ctx context.Context, runs *runs, limit limit, progress runwait.Progress, diags *diag.Diagnostics) *acceptedRun
}

// acceptedRun is a Run whose start the API has accepted.
type acceptedRun struct {
	*qualytics.Operation
	source  int64                                       // the Run acted on; 0: none
	resumed *previousRun                                // the Run before it was resumed; nil for a new Run
	ended   bool                                        // the Run to abort had already ended: there is nothing to wait for
	others  func(context.Context) []qualytics.Operation // what else the request has started; nil: nothing
}

// accepted returns the Run that was started. It warns if it was adopted after a lost response.
func accepted(action qualytics.Action, start qualytics.Started, diags *diag.Diagnostics) *acceptedRun {
	run := &start.Operation
	if start.LostResponse != nil {
		diags.AddWarning("The response to the "+string(action)+" was lost", paragraphs(
			sentence(start.LostResponse.Error())+" The Run that it started was found and adopted: "+progressLine(run)+".", linkTo(run)))
	}
	return &acceptedRun{Operation: run, others: start.Others}
}

// warnOthers warns if the request has started more than one Run. It is called after the Run was
// saved, because it takes a request.
func (r *acceptedRun) warnOthers(ctx context.Context, diags *diag.Diagnostics) {
	if r.others == nil {
		return
	}
	var lines strings.Builder
	others := r.others(ctx)
	for i := range others {
		lines.WriteString(candidateLine(&others[i], ""))
	}
	if len(others) == 0 {
		return
	}
	diags.AddWarning("More than one Run was started", paragraphs(
		"The same request seems to have started these Runs as well as "+runName(r.ID)+", probably because a gateway sent it more than once:\n"+
			strings.TrimSuffix(lines.String(), "\n"),
		"The provider neither aborts nor deletes them. Check them, and abort or delete those that are not needed.", linkTo(r.Operation)))
}

// maxConflictPause limits the interval between two requests that the API refuses because something
// else is in the way.
const maxConflictPause = 30 * time.Second

// conflicts waits while the API refuses a start for a reason that may end, such as another Run on
// the datastore.
type conflicts struct {
	count int
	last  error
}

// end pauses after a conflict, and reports whether the start is to be requested again. It is not
// after any other error, or if ctx ends.
func (c *conflicts) end(ctx context.Context, err error) bool {
	if !qualytics.IsConflict(err) {
		return false
	}
	tflog.Info(ctx, "Waiting for a conflict to end", map[string]any{"error": printable(err.Error())})
	c.last = err
	c.count++
	return sleep(ctx, min(time.Second<<min(c.count-1, 10), maxConflictPause))
}

// reason returns why a start failed: the conflict, if time ran out before it ended.
func (c *conflicts) reason(err error) error {
	if c.last != nil && qualytics.IsCancelled(err) {
		return c.last
	}
	return err
}

// rerunStarter reruns a Run.
type rerunStarter struct {
	runSource
	user string // who triggers the Runs of the resource; empty if unknown
}

func (s rerunStarter) check(ctx context.Context, runs *runs, wait waitModel, diags *diag.Diagnostics) *qualytics.Operation {
	run := s.runSource.check(ctx, runs, false, diags)
	if run == nil {
		return nil
	}
	wait.validate(run.Type, diags)
	if !wait.MaxAnomalies.IsNull() && run.Payload == nil { // a list may lack the settings
		if full, err := runs.read(ctx, run.ID); err == nil {
			run = full
		}
	}
	wait.gate().warnIncremental(s.at, run.Incremental(), diags)
	if s.runID.IsNull() {
		wait.gate().warnLimits(run, diags)
		return nil
	}
	return run
}

// start waits for the source Run to be terminal, then reruns it. While the API refuses for a reason
// that the source does not explain, such as another Run on the datastore, it tries again.
func (s rerunStarter) start(
	ctx context.Context, runs *runs, limit limit, progress runwait.Progress, diags *diag.Diagnostics,
) *acceptedRun {
	var conflicts conflicts
	for missing := false; ; {
		source := s.findTerminal(ctx, runs, limit, progress, diags)
		if source == nil {
			return nil
		}
		s.runID = types.Int64Value(source.ID) // what ran in between must not become the source
		start, err := runs.client.Rerun(ctx, source, s.user)
		if err == nil {
			run := accepted(s.action, start, diags)
			run.source = source.ID
			return run
		}
		subject := s.on(source)
		subject.possible = s.supports(source)
		switch {
		case subject.possible && conflicts.end(ctx, err):
			continue
		case qualytics.IsNotFound(err):
			_, readErr := runs.read(ctx, source.ID)
			subject.possible = readErr == nil
			if !subject.possible && !missing && !s.latest.IsNull() { // deleted since it was found
				missing = true
				continue
			}
		}
		addErrorAt(diags, s.at, subject.failed(conflicts.reason(err)))
		return nil
	}
}

// resumeStarter resumes a Run.
type resumeStarter struct {
	runSource
	forceAbort bool
}

func (s resumeStarter) check(ctx context.Context, runs *runs, wait waitModel, diags *diag.Diagnostics) *qualytics.Operation {
	run := s.runSource.check(ctx, runs, s.forceAbort, diags)
	if run != nil {
		wait.validate(run.Type, diags)
	}
	return run
}

// start resumes the Run. It waits for a conflict to end like a rerun.
func (s resumeStarter) start(ctx context.Context, runs *runs, _ limit, _ runwait.Progress, diags *diag.Diagnostics) *acceptedRun {
	var conflicts conflicts
	for {
		source := s.find(ctx, runs, diags)
		if source == nil {
			return nil
		}
		start, err := runs.client.Resume(ctx, source, s.forceAbort)
		if err == nil {
			run := accepted(s.action, start, diags)
			run.source = source.ID
			if run.ID == source.ID {
				run.resumed = &previousRun{Result: source.Result, StartTime: source.StartTime, EndTime: source.EndTime}
			}
			return run
		}
		subject := s.on(source)
		subject.possible = s.supports(source) && !qualytics.IsNotFound(err)
		if subject.possible && conflicts.end(ctx, err) {
			continue
		}
		addErrorAt(diags, s.at, subject.failed(conflicts.reason(err)))
		return nil
	}
}

// abortStarter aborts a Run.
type abortStarter struct{ runSource }

func (s abortStarter) check(ctx context.Context, runs *runs, _ waitModel, diags *diag.Diagnostics) *qualytics.Operation {
	return s.runSource.check(ctx, runs, false, diags)
}

// start requests the abort. It believes no response, only polls. A Run that has already ended is a
// warning.
func (s abortStarter) start(ctx context.Context, runs *runs, _ limit, _ runwait.Progress, diags *diag.Diagnostics) *acceptedRun {
	id := s.runID.ValueInt64()
	run, err := runs.client.Abort(ctx, id)
	if err != nil {
		run = &qualytics.Operation{ID: id}
	}
	if qualytics.IsConflict(err) {
		if current, readErr := runs.read(ctx, id); readErr == nil {
			run = current
		}
	}
	switch {
	case err == nil:
	case run.Finished():
		diags.AddWarning(runName(id)+outcome(run.Result), paragraphs(
			sentence(describeEnd(run))+" It ended before it could be aborted.", linkTo(run)))
		return &acceptedRun{Operation: run, source: id, ended: true}
	case isRefusal(err), qualytics.IsNotFound(err), qualytics.IsCancelled(err):
		addErrorAt(diags, s.at, s.on(run).failed(err))
		return nil
	default:
		diags.AddWarning("The abort of "+runName(id)+" was not confirmed", paragraphs(
			s.on(run).explain(err), "The provider polls until the Run has ended, because the request may have taken effect."))
	}
	active := *run
	active.Result, active.EndTime = qualytics.ResultRunning, ""
	return &acceptedRun{Operation: &active, source: id}
}

// configuredStarter starts a Run that is defined in Terraform.
type configuredStarter struct {
	configuration qualytics.Configuration
	incremental   bool
	user          string
	inAction      bool
}

func (s configuredStarter) check(_ context.Context, _ *runs, wait waitModel, diags *diag.Diagnostics) *qualytics.Operation {
	wait.gate().warnIncremental(path.Root("settings"), s.incremental, diags)
	return nil
}

// start starts the Run. While the API refuses because something is in the way, such as another Run
// on the datastore, it tries again.
func (s configuredStarter) start(ctx context.Context, runs *runs, _ limit, _ runwait.Progress, diags *diag.Diagnostics) *acceptedRun {
	var conflicts conflicts
	for {
		start, err := runs.client.Run(ctx, s.configuration, s.user)
		if err == nil {
			return accepted(qualytics.ActionRun, start, diags)
		}
		if conflicts.end(ctx, err) {
			continue
		}
		addStartError(diags, subject{
			verb: "start", object: fmt.Sprintf("the %s of datastore %d", s.configuration.Type, s.configuration.DatastoreID),
			action: qualytics.ActionRun, inAction: s.inAction,
		}.failed(conflicts.reason(err)))
		return nil
	}
}

// addStartError reports a failed start, with each rejected part of the body on the argument that
// it comes from.
func addStartError(diags *diag.Diagnostics, err error) {
	switch qualytics.KindOf(err) {
	case qualytics.KindNotFound, qualytics.KindForbidden:
		diags.AddAttributeError(path.Root("datastore"), subjectOf(err).summary(), subjectOf(err).explain(err))
	default:
		addParameterErrors(diags, err, argumentOf)
	}
}

// argumentOf returns the argument that a rejected part of the body comes from.
func argumentOf(parameter qualytics.ParameterError) (path.Path, bool) {
	if parameter.In() != "body" || parameter.Parameter() == "" {
		return path.Empty(), false
	}
	switch parameter.Parameter() {
	case "type":
		return path.Root("operation_type"), true
	case "datastore_id":
		return path.Root("datastore"), true
	}
	return path.Root("settings"), true
}
