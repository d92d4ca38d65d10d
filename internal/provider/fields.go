// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// field is a computed attribute that data sources and resources share.
type field struct {
	name        string
	typ         attr.Type
	description string
	fields      []field // the fields of a nested object, instead of typ
}

// operationFields are the attributes of a Run.
var operationFields = []field{
	{name: "id", typ: types.Int64Type, description: "Id of the Run."},
	{
		name: "type",
		typ:  types.StringType,
		description: "Type of the operation that the Run executes: `sync` (`catalog` on older deployments), `profile`, `scan`, " +
			"`external_scan`, `export`, `materialize`, `promote` (or `promote_` followed by what it promotes), or a value added later.",
	},
	{
		name: "result",
		typ:  types.StringType,
		description: "Result of the Run: `queued` or `running` while it is active, " +
			"then `success`, `failure` or `aborted`; or a value added later.",
	},
	{
		name:        "message",
		typ:         types.StringType,
		description: "Message of the Run: the reason for a failure, or a warning about a success. Null if there is none.",
	},
	{name: "created", typ: timetypes.RFC3339Type{}, description: "Time at which the Run was created, in RFC 3339 format."},
	{name: "start_time", typ: timetypes.RFC3339Type{}, description: "Time at which the Run started, in RFC 3339 format. Null until then."},
	{name: "end_time", typ: timetypes.RFC3339Type{}, description: "Time at which the Run ended, in RFC 3339 format. Null while it is active."},
	{
		name:        "duration_seconds",
		typ:         types.Float64Type,
		description: "Time from start to end, in seconds. Null while the Run is active, and if it ended without starting.",
	},
	{name: "triggered_by", typ: types.StringType, description: "Who or what triggered the Run."},
	{name: "schedule_id", typ: types.Int64Type, description: "Id of the schedule that triggered the Run. Null if none did."},
	{name: "datastore", description: "Datastore that the Run works on.", fields: []field{
		{name: "id", typ: types.Int64Type, description: "Id of the datastore."},
		{name: "name", typ: types.StringType, description: "Name of the datastore."},
		{name: "store_type", typ: types.StringType, description: "Kind of store, such as `jdbc` or `dfs`."},
		{name: "type", typ: types.StringType, description: "Technology of the datastore, such as `snowflake`."},
	}},
	{
		name: "status",
		typ:  types.MapType{ElemType: types.NumberType},
		description: "Counters of the Run, by name. They depend on the type of the operation. " +
			"A scan reports, for example, `total_containers`, `containers_analyzed`, `partitions_scanned`, " +
			"`records_processed` and `anomalies_identified`.",
	},
}

// containerFields are the attributes of a container that a Run targets.
var containerFields = []field{
	{name: "id", typ: types.Int64Type, description: "Id of the container."},
	{name: "name", typ: types.StringType, description: "Name of the container."},
	{name: "container_type", typ: types.StringType, description: "Type of the container, such as `table`, `view` or `file`."},
}

// containerRunFields are the attributes of a Run's work in one container.
var containerRunFields = []field{
	{name: "id", typ: types.Int64Type, description: "Id of the entry."},
	{name: "container", description: "Container that the entry describes.", fields: containerFields},
	{
		name:        "start_time",
		typ:         timetypes.RFC3339Type{},
		description: "Time at which the Run started to process the container, in RFC 3339 format. Null until then.",
	},
	{
		name:        "end_time",
		typ:         timetypes.RFC3339Type{},
		description: "Time at which the Run finished the container, in RFC 3339 format. Null until then.",
	},
	{name: "records_processed", typ: types.Int64Type, description: "Number of records processed in the container so far."},
	{name: "anomaly_count", typ: types.Int64Type, description: "Number of anomalies found in the container so far."},
	{name: "result", typ: types.StringType, description: "Result of the container: `queued`, `running`, `success`, `failure` or `aborted`."},
	{name: "message", typ: types.StringType, description: "Message about the container. Null if there is none."},
}

// fieldNames returns the names of the fields, in order.
func fieldNames(fields []field) []string {
	names := make([]string, 0, len(fields))
	for _, field := range fields {
		names = append(names, field.name)
	}
	return names
}

// attrType returns the type of an object with these fields.
func attrType(fields []field) types.ObjectType {
	attributes := make(map[string]attr.Type, len(fields))
	for _, field := range fields {
		attributes[field.name] = field.typ
		if field.fields != nil {
			attributes[field.name] = attrType(field.fields)
		}
	}
	return types.ObjectType{AttrTypes: attributes}
}

// dataSourceAttributes returns the fields as computed attributes of a data source.
func dataSourceAttributes(fields []field) map[string]datasourceschema.Attribute {
	attributes := make(map[string]datasourceschema.Attribute, len(fields))
	for _, field := range fields {
		attributes[field.name] = field.dataSourceAttribute()
	}
	return attributes
}

func (f field) dataSourceAttribute() datasourceschema.Attribute {
	if f.fields != nil {
		return datasourceschema.SingleNestedAttribute{
			Computed: true, MarkdownDescription: f.description, Attributes: dataSourceAttributes(f.fields),
		}
	}
	switch typ := f.typ.(type) {
	case timetypes.RFC3339Type:
		return datasourceschema.StringAttribute{Computed: true, MarkdownDescription: f.description, CustomType: typ}
	case types.MapType:
		return datasourceschema.MapAttribute{Computed: true, MarkdownDescription: f.description, ElementType: typ.ElemType}
	}
	switch f.typ {
	case types.Int64Type:
		return datasourceschema.Int64Attribute{Computed: true, MarkdownDescription: f.description}
	case types.Float64Type:
		return datasourceschema.Float64Attribute{Computed: true, MarkdownDescription: f.description}
	default:
		return datasourceschema.StringAttribute{Computed: true, MarkdownDescription: f.description}
	}
}

// resourceAttributes returns the fields as computed attributes of a resource.
func resourceAttributes(fields []field) map[string]resourceschema.Attribute {
	attributes := make(map[string]resourceschema.Attribute, len(fields))
	for _, field := range fields {
		attributes[field.name] = field.resourceAttribute()
	}
	return attributes
}

func (f field) resourceAttribute() resourceschema.Attribute {
	if f.fields != nil {
		return resourceschema.SingleNestedAttribute{Computed: true, MarkdownDescription: f.description, Attributes: resourceAttributes(f.fields)}
	}
	switch typ := f.typ.(type) {
	case timetypes.RFC3339Type:
		return resourceschema.StringAttribute{Computed: true, MarkdownDescription: f.description, CustomType: typ}
	case types.MapType:
		return resourceschema.MapAttribute{Computed: true, MarkdownDescription: f.description, ElementType: typ.ElemType}
	}
	switch f.typ {
	case types.Int64Type:
		return resourceschema.Int64Attribute{Computed: true, MarkdownDescription: f.description}
	case types.Float64Type:
		return resourceschema.Float64Attribute{Computed: true, MarkdownDescription: f.description}
	default:
		return resourceschema.StringAttribute{Computed: true, MarkdownDescription: f.description}
	}
}
