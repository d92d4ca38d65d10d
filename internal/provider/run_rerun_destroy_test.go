// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"reflect"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

// The requests of a destroy, by the state of the Run and the arguments.
func TestAccRunRerun_destroy(t *testing.T) {
	tests := map[string]struct {
		arguments string
		outcome   mockapi.Outcome
		before    func(*api)
		writes    []string // after the rerun
		runs      []int64
	}{
		"finished": {
			writes: []string{"DELETE /api/operations/101"},
			runs:   []int64{100},
		},
		"record kept": {
			arguments: `delete_on_destroy = false`,
			runs:      []int64{100, 101},
		},
		"active": {
			arguments: `wait_for_completion = false`,
			outcome:   endless,
			writes:    []string{"PUT /api/operations/abort/101", "DELETE /api/operations/101"},
			runs:      []int64{100},
		},
		"active, record kept": {
			arguments: "wait_for_completion = false\ndelete_on_destroy = false",
			outcome:   endless,
			writes:    []string{"PUT /api/operations/abort/101"},
			runs:      []int64{100, 101},
		},
		"active, record kept, not aborted": {
			arguments: "wait_for_completion = false\ndelete_on_destroy = false\nabort_on_destroy = false",
			outcome:   endless,
			runs:      []int64{100, 101},
		},
		"active, waited for": {
			arguments: "wait_for_completion = false\nabort_on_destroy = false",
			outcome:   endless,
			before:    func(a *api) { time.AfterFunc(1500*time.Millisecond, func() { a.Finish(101, "success", "") }) },
			writes:    []string{"DELETE /api/operations/101"},
			runs:      []int64{100},
		},
		"deleted meanwhile": {
			before: func(a *api) { a.Inject(mockapi.Fault{Method: "DELETE", Hook: func() { a.Remove(101) }}) },
			writes: []string{"DELETE /api/operations/101"},
			runs:   []int64{100},
		},
		"still stopping": {
			before: func(a *api) {
				a.Inject(mockapi.Fault{Method: "DELETE", Status: 409, Body: `{"detail": "still active"}`})
			},
			writes: []string{"DELETE /api/operations/101", "DELETE /api/operations/101"},
			runs:   []int64{100},
		},
		"ended before the abort": {
			arguments: `wait_for_completion = false`,
			outcome:   endless,
			before: func(a *api) {
				a.Inject(mockapi.Fault{Method: "PUT", Path: "/api/operations/abort/*", Hook: func() { a.Finish(101, "success", "") }})
			},
			writes: []string{"PUT /api/operations/abort/101", "DELETE /api/operations/101"},
			runs:   []int64{100},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			api := newAPI(t, mockapi.Options{AbortDelay: 20 * time.Millisecond})
			if !reflect.ValueOf(test.outcome).IsZero() {
				api.Plan(test.outcome)
			}
			steps := []resource.TestStep{{Config: api.config(rerunConfig(test.arguments)), ConfigPlanChecks: emptyPlan}}
			if test.before != nil {
				steps = append(steps, resource.TestStep{
					PreConfig: func() { test.before(api) }, Config: api.config(rerunConfig(test.arguments)),
				})
			}
			acceptance(t, resource.TestCase{
				CheckDestroy: api.afterDestroy(t, test.runs, append([]string{rerun100}, test.writes...)...),
				Steps:        steps,
			})
		})
	}
}

// A failed destroy keeps the resource, and the next destroy continues.
func TestAccRunRerun_destroyFails(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}, rerun100, "DELETE /api/operations/101", "DELETE /api/operations/101"),
		Steps: []resource.TestStep{
			{Config: api.config(rerunConfig(""))},
			{
				PreConfig:   func() { api.Inject(mockapi.Fault{Method: "DELETE", Status: 403}) },
				Config:      api.config(rerunConfig("")),
				Destroy:     true,
				ExpectError: says("Cannot delete Run 101", "Editor team permission"),
			},
			{Config: api.config(rerunConfig("")), ConfigPlanChecks: planned(plancheck.ResourceActionNoop)},
		},
	})
}

// After its record was deleted outside Terraform, a Run is rerun, or its last state is kept.
func TestAccRunRerun_recordDeleted(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100}, rerun100, rerun100),
		Steps: []resource.TestStep{
			{Config: api.config(rerunConfig(""))},
			{
				PreConfig:         func() { api.Remove(101) },
				Config:            api.config(rerunConfig("")),
				ConfigPlanChecks:  planned(plancheck.ResourceActionCreate),
				ConfigStateChecks: holds(102, "success"),
			},
			{Config: api.config(rerunConfig(`rerun_if_deleted = false`))},
			{
				PreConfig:         func() { api.Remove(102) },
				Config:            api.config(rerunConfig(`rerun_if_deleted = false`)),
				ConfigPlanChecks:  planned(plancheck.ResourceActionNoop),
				ConfigStateChecks: holds(102, "success"),
			},
		},
	})
}

// Superseded records are not forgotten when the record of a failed Run was deleted.
func TestAccRunRerun_recordDeletedWithSuperseded(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100},
			rerun100, rerun100,
			rerun100, "DELETE /api/operations/101", "DELETE /api/operations/103"),
		Steps: []resource.TestStep{
			{Config: api.config(rerunConfig(`triggers = { v = "1" }`))},
			{
				PreConfig:   func() { api.Plan(failing) },
				Config:      api.config(rerunConfig(`triggers = { v = "2" }`)),
				ExpectError: says("Run 102 failed"),
			},
			{
				PreConfig:         func() { api.Remove(102) },
				Config:            api.config(rerunConfig(`triggers = { v = "2" }`)),
				ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
				ConfigStateChecks: holds(103, "success"),
			},
		},
	})
}
