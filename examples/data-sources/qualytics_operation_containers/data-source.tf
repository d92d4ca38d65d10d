data "qualytics_operation_containers" "scan" {
  operation_id = 53388
}

output "records_by_container" {
  value = {
    for entry in data.qualytics_operation_containers.scan.containers :
    entry.container.name => entry.records_processed
  }
}
