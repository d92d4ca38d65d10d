// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"slices"
	"strings"
)

// OperationType is the type of operation that a Run executes. The API may have more types than the
// constants below.
type OperationType string

// The types of the API page. Older deployments call a sync catalog.
const (
	TypeSync         OperationType = "sync"
	TypeCatalog      OperationType = "catalog"
	TypeProfile      OperationType = "profile"
	TypeScan         OperationType = "scan"
	TypeExternalScan OperationType = "external_scan"
	TypeExport       OperationType = "export"
	TypeMaterialize  OperationType = "materialize"
	TypePromote      OperationType = "promote"
)

// OperationTypes lists the values that the API accepts as operation_type. sync and catalog mean the
// same.
func OperationTypes() []OperationType {
	return []OperationType{TypeSync, TypeCatalog, TypeProfile, TypeScan, TypeExternalScan, TypeExport, TypeMaterialize, TypePromote}
}

// everyType lists the canonical types.
func everyType() []OperationType {
	return slices.DeleteFunc(OperationTypes(), func(t OperationType) bool { return t != t.Canonical() })
}

// Canonical returns the single name of a type that has several: sync for catalog, and promote for
// Runs that name what they promote, such as promote_quality_check.
func (t OperationType) Canonical() OperationType {
	switch {
	case t == TypeCatalog:
		return TypeSync
	case strings.HasPrefix(string(t), string(TypePromote)+"_"):
		return TypePromote
	}
	return t
}

// CountsAnomalies reports whether Runs of the type may count anomalies. It returns true for an
// unknown type.
func (t OperationType) CountsAnomalies() bool {
	return t == TypeScan || t == TypeExternalScan || !slices.Contains(everyType(), t.Canonical())
}

// Result is the state of a Run. The API may have more results than the constants below.
type Result string

// The results of the API page. The first two are active, the others terminal.
const (
	ResultQueued  Result = "queued"
	ResultRunning Result = "running"
	ResultSuccess Result = "success"
	ResultFailure Result = "failure"
	ResultAborted Result = "aborted"
)

// Results lists the values that the API accepts as result.
func Results() []Result {
	return []Result{ResultQueued, ResultRunning, ResultSuccess, ResultFailure, ResultAborted}
}

// The counters of a Run's status that the provider reads.
const (
	CounterAnomalies  = "anomalies_identified"
	CounterAnalyzed   = "containers_analyzed"
	CounterContainers = "total_containers"
	CounterRecords    = "records_processed"
)
