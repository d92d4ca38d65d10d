# The latest successful scan of datastore 101.
data "qualytics_operations" "latest_scan" {
  operation_type = "scan"
  datastore      = [101]
  result         = ["success"]
  sort_created   = "desc"
  limit          = 1
}

output "latest_scan" {
  value = one(data.qualytics_operations.latest_scan.operations)
}
