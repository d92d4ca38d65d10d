// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/qualytics/terraform-provider-qualytics/internal/mockapi"
)

const startRun = "POST /api/operations/run"

// dynamic encodes JSON as the value of a dynamic attribute, as Terraform does: with its type.
func dynamic(t *testing.T, text string) string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	typ, err := json.Marshal(dynamicType(value))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"value": %s, "type": %s}`, text, typ)
}

func dynamicType(value any) any {
	switch value := value.(type) {
	case bool:
		return "bool"
	case json.Number:
		return "number"
	case []any:
		types := []any{}
		for _, element := range value {
			types = append(types, dynamicType(element))
		}
		return []any{"tuple", types}
	case map[string]any:
		return []any{"object", convert(value, dynamicType)}
	default: // a string, or a null of any type
		return "string"
	}
}

// startConfig returns a configuration of qualytics_run on datastore 101, with settings as JSON.
func startConfig(t *testing.T, settings, arguments string) string {
	t.Helper()
	return fmt.Sprintf(`{"operation_type": "scan", "datastore": 101, "settings": %s%s}`, dynamic(t, settings), arguments)
}

func (a *api) bodies() []string {
	var bodies []string
	for _, request := range a.Requests() {
		if request.Method == http.MethodPost {
			bodies = append(bodies, request.Body)
		}
	}
	return bodies
}

func (a *api) expectBodies(t *testing.T, want ...string) {
	t.Helper()
	if got := a.bodies(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("bodies:\n got %q\nwant %q", got, want)
	}
}

// The settings are sent as they are, once: nested, with nulls, and with exact numbers.
func TestRun_settings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ settings, body string }{
		"scan": {
			`{"container_names": ["orders", "customers"], "incremental": false, "max_records": 12345678901234567890123}`,
			`{"container_names":["orders","customers"],"datastore_id":101,"incremental":false,` +
				`"max_records":12345678901234567890123,"type":"scan"}`,
		},
		"null and nesting": {`{"a": null, "b": {"c": [1.5, {"d": []}]}}`, `{"a":null,"b":{"c":[1.5,{"d":[]}]},"datastore_id":101,"type":"scan"}`},
		"small fraction":   {`{"threshold": 0.1}`, `{"datastore_id":101,"threshold":0.1,"type":"scan"}`},
		"empty":            {`{}`, `{"datastore_id":101,"type":"scan"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Inject(mockapi.Fault{Method: "POST", Status: 400, Body: `{"detail": "not here"}`})
			resource := api.protocol(t).manage(t, "qualytics_run")
			expectDiagnostics(t, resource.apply(t, startConfig(t, test.settings, "")), "error: Cannot start the scan of datastore 101: ")
			api.expectBodies(t, test.body)
		})
	}
}

const wholeScan = `{"incremental": false}`

// A Run starts when the resource is created, and when its configuration or its triggers change, new
// before old. Other changes call nothing. The gate and the destroy are those of a rerun.
func TestRun_life(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run")
	config := startConfig(t, wholeScan, gateConfig+release("1"))
	expectDiagnostics(t, resource.apply(t, config))
	resource.expectRun(t, 101, "success")
	if values := resource.values(t); values["name"] != "scan 101" || values["datastore"] != int64(101) {
		t.Errorf("the state is %v", values)
	}
	resource.expectNoChange(t, config)

	narrow := startConfig(t, `{"incremental": false, "container_names": ["orders"]}`, gateConfig+release("1"))
	expectDiagnostics(t, resource.apply(t, narrow))
	resource.expectRun(t, 102, "success")
	if status, _ := resource.values(t)["status"].(map[string]any); status["total_containers"] != int64(1) {
		t.Errorf("the status is %v", status)
	}
	api.expectWrites(startRun, startRun, deleteOf(101))(t)

	api.ResetRequests()
	other := startConfig(t, `{"incremental": false, "container_names": ["orders"]}`, `, "max_anomalies": 9`+release("1"))
	expectDiagnostics(t, resource.apply(t, other))
	api.expectRequests(t)

	api.Plan(identifying(10))
	failing := startConfig(t, wholeScan, `, "max_anomalies": 9`+release("2"))
	expectDiagnostics(t, resource.apply(t, failing),
		`error: Run 103 did not pass max_anomalies: .*10 anomalies.*The next apply starts another Run. .*Open it: http.*operation_id=103$`)
	api.expectRuns(t, 100, 102, 103)
	expectDiagnostics(t, resource.refresh(t))
	expectDiagnostics(t, resource.apply(t, failing), "warning: Run 103 does not pass: .*This is why the plan starts another Run.")
	api.expectRuns(t, 100, 104)
	expectDiagnostics(t, resource.destroy(t))
	api.expectWrites(startRun, startRun, deleteOf(102), deleteOf(103), deleteOf(104))(t)
	api.expectRuns(t, 100)
}

// A rejected part of the configuration is reported on the argument that it comes from, and nothing
// is in the state.
func TestRun_refused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config, want string
		prepare      func(*api)
	}{
		"setting":   {startConfig(t, `{"max_record": 5}`, ""), "error at settings: Invalid settings.max_record: The Qualytics API", nil},
		"element":   {startConfig(t, `{"container_names": [5]}`, ""), `error at settings.*: Invalid settings.container_names\[0\]: `, nil},
		"type":      {`{"operation_type": "scam", "datastore": 101}`, "error at operation_type: Invalid operation_type: ", nil},
		"datastore": {`{"operation_type": "scan", "datastore": 999}`, "error at datastore: Cannot start .*Datastore 999 not found", nil},
		"forbidden": {
			`{"operation_type": "scan", "datastore": 101}`, "error at datastore: Cannot start the scan of datastore 101: .*Editor team permission",
			func(a *api) { a.Forbid(101) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			if test.prepare != nil {
				test.prepare(api)
			}
			resource := api.protocol(t).manage(t, "qualytics_run")
			expectDiagnostics(t, resource.apply(t, test.config), test.want)
			if resource.values(t) != nil {
				t.Errorf("the state is %v", resource.values(t))
			}
			api.expectWrites(startRun)(t)
		})
	}
}

// A lost response is looked for: a Run with the settings that were sent is adopted, any other is
// named. Nothing is started twice.
func TestRun_lostStart(t *testing.T) {
	t.Parallel()
	config := startConfig(t, `{"incremental": false, "container_names": ["orders"]}`, "")
	t.Run("after the effect", func(t *testing.T) {
		t.Parallel()
		api := newAPI(t, mockapi.Options{})
		api.Inject(mockapi.Fault{Method: "POST", AfterEffect: true, Close: true})
		resource := api.protocol(t).manage(t, "qualytics_run")
		expectDiagnostics(t, resource.apply(t, config), "warning: The response to the run was lost: .*found and adopted: Run 101")
		resource.expectRun(t, 101, "success")
		api.expectWrites(startRun)(t)
	})
	t.Run("a colleague's Run", func(t *testing.T) {
		t.Parallel()
		api := newAPI(t, mockapi.Options{})
		api.Inject(mockapi.Fault{Method: "POST", Close: true, Hook: func() {
			other := scan(300, "running")
			other.Created, other.Settings = time.Now(), map[string]any{"incremental": true}
			api.Seed(other)
		}})
		resource := api.protocol(t).manage(t, "qualytics_run")
		expectDiagnostics(t, resource.apply(t, config),
			"error: Cannot start the scan of datastore 101: .*Run 300: ")
		if resource.values(t) != nil {
			t.Errorf("the state is %v", resource.values(t))
		}
		api.expectWrites(startRun)(t)
	})
}

// While another Run keeps the datastore busy, the start is requested again within the timeout.
func TestRun_busy(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{OneAtATime: true, Outcome: endless})
	p := api.protocol(t)
	first := p.manage(t, "qualytics_run")
	expectDiagnostics(t, first.apply(t, startConfig(t, wholeScan, unawaited)))
	second := p.manage(t, "qualytics_run")
	expectDiagnostics(t, second.apply(t, startConfig(t, wholeScan, unawaited+`, "timeouts": {"create": "1s"}`)),
		"error: Cannot start the scan of datastore 101: .*A scan of datastore 101 is already running.*Something else is in the way")
	api.Inject(mockapi.Fault{Method: "POST", Hook: func() { api.Finish(101, "success", "") }})
	expectDiagnostics(t, second.apply(t, startConfig(t, wholeScan, unawaited)))
	second.expectRun(t, 102, "queued")
}

// An unknown part of the settings waits for the apply.
func TestRun_unknownSettings(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run")
	config := startConfig(t, wholeScan, "")
	planned := resource.planUnknown(t, config, "settings")
	if values := resource.plannedValues(t, planned); values["id"] != tftypes.UnknownValue {
		t.Errorf("the id is planned as %v", values["id"])
	}
	expectDiagnostics(t, resource.applyPlanned(t, config, planned))
	resource.expectRun(t, 101, "success")
}

// The action starts, waits and reports like the resource, and ends its first line with the link.
func TestRunStartAction(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	p := api.protocol(t)
	config := startConfig(t, wholeScan, gateConfig)
	progress, diagnostics := p.invoke(t.Context(), t, "qualytics_run", config)
	expectDiagnostics(t, diagnostics)
	if line := first(t, progress); !strings.HasSuffix(line, "Open it: "+api.url+"/datastores/101/activity?operation_id=101") {
		t.Errorf("the first line is %q", line)
	}
	api.Plan(identifying(6))
	_, diagnostics = p.invoke(t.Context(), t, "qualytics_run", config)
	expectDiagnostics(t, diagnostics, "error: Run 102 did not pass max_anomalies: .*Open it: ")
	api.expectWrites(startRun, startRun)(t)
}

// The whole life with a real Terraform, in a chain of declared Runs.
func TestAccRun_chain(t *testing.T) {
	api := newAPI(t, mockapi.Options{})
	config := func(release string) string {
		return api.config(`
			locals {
			  triggers = { release = "` + release + `" }
			}
			resource "qualytics_run" "profile" {
			  operation_type = "profile"
			  datastore      = 101
			  triggers       = local.triggers
			}
			resource "qualytics_run" "scan" {
			  operation_type = "scan"
			  datastore      = 101
			  settings       = { incremental = false, container_names = ["orders", "customers"] }
			  max_anomalies  = 0
			  triggers       = local.triggers
			  depends_on     = [qualytics_run.profile]
			}`)
	}
	step := func(release string, action plancheck.ResourceActionType, id int64) resource.TestStep {
		return resource.TestStep{
			Config: config(release), ConfigPlanChecks: doing("qualytics_run.scan", action),
			ConfigStateChecks: has("qualytics_run.scan", id, "success"),
		}
	}
	api.Plan(mockapi.Outcome{}, identifying(0), mockapi.Outcome{}, identifying(0))
	acceptance(t, resource.TestCase{
		CheckDestroy: api.afterDestroy(t, []int64{100},
			startRun, startRun, startRun, deleteOf(101), startRun, deleteOf(102), deleteOf(104), deleteOf(103)),
		Steps: []resource.TestStep{step("1", plancheck.ResourceActionCreate, 102), step("2", plancheck.ResourceActionUpdate, 104)},
	})
}

// With delete_on_destroy = false, the records of superseded Runs are kept. Runs that are still active
// are aborted, once a later one has passed or the resource is destroyed.
func TestRun_supersededActive(t *testing.T) {
	t.Parallel()
	const keep = `, "delete_on_destroy": false`
	for name, passes := range map[string]bool{"superseded": true, "destroyed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newAPI(t, mockapi.Options{})
			api.Plan(endless)
			resource := api.protocol(t).manage(t, "qualytics_run")
			interrupted := "warning: Interrupted while waiting for Run "
			expectDiagnostics(t, resource.interrupted(t, api, poll101, startConfig(t, wholeScan, keep)), interrupted+"101")
			second := startConfig(t, `{"incremental": true}`, keep)
			if passes {
				expectDiagnostics(t, resource.apply(t, second))
				api.expectWrites(startRun, startRun, abort101)(t)
			} else {
				api.Plan(endless)
				expectDiagnostics(t, resource.interrupted(t, api, poll102, second), interrupted+"102")
			}
			expectDiagnostics(t, resource.destroy(t))
			for _, run := range api.Runs() {
				if run.Result == "running" {
					t.Errorf("Run %d is still running, and no state holds it", run.ID)
				}
			}
			api.expectRuns(t, 100, 101, 102)
		})
	}
}

// No settings and empty ones are the same.
func TestRun_emptySettings(t *testing.T) {
	t.Parallel()
	api := newAPI(t, mockapi.Options{})
	resource := api.protocol(t).manage(t, "qualytics_run")
	expectDiagnostics(t, resource.apply(t, `{"operation_type": "scan", "datastore": 101}`))
	expectDiagnostics(t, resource.apply(t, startConfig(t, `{}`, "")))
	resource.expectRun(t, 101, "success")
}

// FastAPI names the model of a body that the type selects, and the type if it selects none.
func TestRun_rejectedUnion(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		`{"loc": ["body", "scan", "datastore_id"], "msg": "too large"}`:       "error at datastore: Invalid datastore: .*too large",
		`{"loc": ["body", "scan", "container_names", 0], "msg": "too short"}`: `error at settings: Invalid settings.container_names\[0\]: `,
		`{"loc": ["body"], "msg": "no such tag", "type": "union_tag_invalid", "ctx": {"discriminator": "'type'", "tag": "scan"}}`: "error at " +
			"operation_type: Invalid operation_type: .*no such tag",
	} {
		api := newAPI(t, mockapi.Options{})
		api.Inject(mockapi.Fault{Method: "POST", Status: 422, Body: `{"detail": [` + entry + `]}`})
		expectDiagnostics(t, api.protocol(t).manage(t, "qualytics_run").apply(t, startConfig(t, wholeScan, "")), want)
	}
}
