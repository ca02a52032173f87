"""What Python programs do with boto3 against a Longshore server, one function a matter, in order.

Called by boto3.test.ts as `boto3_tour.py URL IMAGE`; prints one JSON object a line: the function's name and its error, if any.
It holds no setting but these, and it leaves nothing but the server's own rows behind.
"""

import json
import sys
import time
import traceback

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from botocore.waiter import WaiterModel, create_waiter_with_client

UNKNOWN = "00000000-0000-4000-8000-000000000000"

config = Config(retries={"max_attempts": 1})
session = boto3.session.Session(aws_access_key_id="000000000000", aws_secret_access_key="none", region_name="us-east-1")
batch = session.client("batch", endpoint_url=sys.argv[1], config=config)
logs = session.client("logs", endpoint_url=sys.argv[1], config=config)


def until(what, probe, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.05)


def equal(seen, expected):
    assert seen == expected, f"{seen!r} is not {expected!r}"


def job(job_id):
    return batch.describe_jobs(jobs=[job_id])["jobs"][0]


def ended(job_id):
    return until(f"job {job_id} to end", lambda: (found := job(job_id))["status"] in ("SUCCEEDED", "FAILED") and found)


def client_error(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error
    raise AssertionError("there was no error")


def environments_and_queues_are_made_and_become_valid():
    batch.create_compute_environment(
        computeEnvironmentName="boto3",
        type="MANAGED",
        computeResources={
            "type": "EC2",
            "minvCpus": 0,
            "maxvCpus": 256,
            "instanceTypes": ["optimal"],
            "subnets": ["subnet-00000000"],
            "securityGroupIds": ["sg-00000000"],
            "instanceRole": "ecsInstanceRole",
        },
    )
    valid = lambda: batch.describe_compute_environments(computeEnvironments=["boto3"])["computeEnvironments"][0]["status"] == "VALID"
    until("the environment to be VALID", valid)
    order = [{"order": 1, "computeEnvironment": "boto3"}]
    made = batch.create_job_queue(jobQueueName="boto3", priority=1, computeEnvironmentOrder=order)
    equal(made["jobQueueArn"], "arn:aws:batch:us-east-1:000000000000:job-queue/boto3")
    until("the queue to be VALID", lambda: batch.describe_job_queues(jobQueues=["boto3"])["jobQueues"][0]["status"] == "VALID")


def every_answer_has_a_request_id():
    metadata = batch.describe_job_queues()["ResponseMetadata"]
    equal(metadata["HTTPStatusCode"], 200)
    assert len(metadata["RequestId"]) == 36, metadata


def a_job_runs_and_its_log_is_read():
    batch.register_job_definition(
        jobDefinitionName="greet",
        type="container",
        parameters={"who": "nobody"},
        containerProperties={
            "image": sys.argv[2],
            "command": ["sh", "-c", "echo hello $0; echo grüße, 世界", "Ref::who"],
            "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "32"}],
        },
    )
    job_id = batch.submit_job(jobName="greet", jobQueue="boto3", jobDefinition="greet", parameters={"who": "you"})["jobId"]
    done = ended(job_id)
    equal(done["status"], "SUCCEEDED")
    equal(done["container"]["exitCode"], 0)
    assert isinstance(done["createdAt"], int) and done["createdAt"] <= done["startedAt"] <= done["stoppedAt"], done
    where = {"logGroupName": "/aws/batch/job", "logStreamName": done["container"]["logStreamName"]}
    first = logs.get_log_events(**where, startFromHead=True)
    equal([event["message"] for event in first["events"]], ["hello you", "grüße, 世界"])
    again = logs.get_log_events(**where, startFromHead=True, nextToken=first["nextForwardToken"])
    equal((again["events"], again["nextForwardToken"]), ([], first["nextForwardToken"]))
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/batch/job", filterPattern="hello")
    found = [event for page in pages for event in page["events"]]
    equal([event["message"] for event in found], ["hello you"])
    assert len(found[0]["eventId"]) > 0 and found[0]["ingestionTime"] >= found[0]["timestamp"] - 5000, found
    streams = [stream["logStreamName"] for page in logs.get_paginator("describe_log_streams").paginate(logGroupName="/aws/batch/job") for stream in page["logStreams"]]
    equal(streams, [where["logStreamName"]])
    groups = [group["logGroupName"] for page in logs.get_paginator("describe_log_groups").paginate() for group in page["logGroups"]]
    equal(groups, ["/aws/batch/job"])


def a_custom_waiter_waits_for_a_job():
    """As Prefect and Airflow do: a waiter of their own over DescribeJobs."""
    model = WaiterModel({
        "version": 2,
        "waiters": {
            "BatchJobComplete": {
                "delay": 1,
                "operation": "DescribeJobs",
                "maxAttempts": 60,
                "acceptors": [
                    {"argument": "jobs[].status", "expected": "SUCCEEDED", "matcher": "pathAll", "state": "success"},
                    {"argument": "jobs[].status", "expected": "FAILED", "matcher": "pathAny", "state": "failure"},
                ],
            }
        },
    })
    job_id = batch.submit_job(jobName="waited", jobQueue="boto3", jobDefinition="greet")["jobId"]
    create_waiter_with_client("BatchJobComplete", model, batch).wait(jobs=[job_id])
    equal(job(job_id)["status"], "SUCCEEDED")


def paginators_go_through_all_pages():
    for number in range(5):
        batch.register_job_definition(jobDefinitionName=f"page-{number}", type="container", containerProperties={"image": sys.argv[2], "vcpus": 1, "memory": 32})
    array = batch.submit_job(jobName="array", jobQueue="boto3", jobDefinition="greet", arrayProperties={"size": 5})["jobId"]
    equal(ended(array)["status"], "SUCCEEDED")

    def names(operation, result, name, **arguments):
        pages = batch.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}, **arguments)
        return [one[name] for page in pages for one in page[result]]

    equal(names("describe_job_definitions", "jobDefinitions", "jobDefinitionName"), ["greet"] + [f"page-{number}" for number in range(5)])
    equal(names("describe_job_queues", "jobQueues", "jobQueueName"), ["boto3"])
    equal(names("describe_compute_environments", "computeEnvironments", "computeEnvironmentName"), ["boto3"])
    equal(names("list_jobs", "jobSummaryList", "jobId", arrayJobId=array, jobStatus="SUCCEEDED"), [f"{array}:{index}" for index in range(5)])
    newest_first = names("list_jobs", "jobSummaryList", "jobName", jobQueue="boto3", jobStatus="SUCCEEDED")
    equal(newest_first, ["array", "waited", "greet"])
    listed = names("list_jobs", "jobSummaryList", "jobName", jobQueue="boto3", filters=[{"name": "JOB_NAME", "values": ["WAIT*"]}])
    equal(listed, ["waited"])


def errors_are_client_exceptions_with_code_and_status():
    for call, arguments, status in [
        (batch.submit_job, {"jobName": "a", "jobQueue": "boto3", "jobDefinition": "nobody"}, 404),
        (batch.submit_job, {"jobName": "a", "jobQueue": "nobody", "jobDefinition": "greet"}, 404),
        (batch.submit_job, {"jobName": "not a name", "jobQueue": "boto3", "jobDefinition": "greet"}, 400),
        (batch.create_job_queue, {"jobQueueName": "boto3", "priority": 1, "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "boto3"}]}, 409),
        (batch.delete_compute_environment, {"computeEnvironment": "boto3"}, 400),
        (batch.describe_jobs, {"jobs": [UNKNOWN] * 101}, 400),
        (batch.list_jobs, {}, 400),
    ]:
        error = client_error(call, **arguments)
        equal((error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]), ("ClientException", status))
        assert isinstance(error, batch.exceptions.ClientException), type(error)
        assert error.response["Error"]["Message"], error.response
    equal(client_error(batch.describe_jobs, jobs=[UNKNOWN] * 101).response["Error"]["Message"], "Maximum number of jobs supported is 100")


def errors_of_logs_are_of_their_class():
    error = client_error(logs.get_log_events, logGroupName="/aws/batch/job", logStreamName="nobody")
    assert isinstance(error, logs.exceptions.ResourceNotFoundException), type(error)
    error = client_error(logs.filter_log_events, logGroupName="/nobody")
    assert isinstance(error, logs.exceptions.ResourceNotFoundException), type(error)


def log_groups_and_streams_of_ones_own():
    group, stream = "/own/group", "own-stream"
    logs.create_log_group(logGroupName=group)
    assert isinstance(client_error(logs.create_log_group, logGroupName=group), logs.exceptions.ResourceAlreadyExistsException)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000)
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": now, "message": "one"}, {"timestamp": now + 1, "message": "two"}])
    events = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
    equal([(event["timestamp"], event["message"]) for event in events], [(now, "one"), (now + 1, "two")])
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    equal(logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["retentionInDays"], 7)
    logs.delete_retention_policy(logGroupName=group)
    assert "retentionInDays" not in logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
    logs.delete_log_stream(logGroupName=group, logStreamName=stream)
    equal(logs.describe_log_streams(logGroupName=group)["logStreams"], [])
    logs.delete_log_group(logGroupName=group)
    equal(logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"], [])


def cancel_and_terminate_always_succeed():
    for call in (batch.cancel_job, batch.terminate_job):
        equal(call(jobId=UNKNOWN, reason="none")["ResponseMetadata"]["HTTPStatusCode"], 200)
    job_id = batch.submit_job(jobName="quick", jobQueue="boto3", jobDefinition="greet")["jobId"]
    before = ended(job_id)
    batch.terminate_job(jobId=job_id, reason="too late")
    after = job(job_id)
    equal((after["status"], after["statusReason"]), (before["status"], before["statusReason"]))


def types_are_checked_by_the_client_from_its_model():
    """The client's own model refuses before anything is sent, so that what is sent fits it."""
    try:
        batch.submit_job(jobName="a", jobQueue="boto3", jobDefinition="greet", arrayProperties={"size": "7"})
    except ParamValidationError:
        return
    raise AssertionError("there was no error")


def everything_is_deleted():
    batch.update_job_queue(jobQueue="boto3", state="DISABLED")
    batch.delete_job_queue(jobQueue="boto3")
    until("the queue to be gone", lambda: not batch.describe_job_queues(jobQueues=["boto3"])["jobQueues"])
    batch.update_compute_environment(computeEnvironment="boto3", state="DISABLED")
    batch.delete_compute_environment(computeEnvironment="boto3")
    until("the environment to be gone", lambda: not batch.describe_compute_environments()["computeEnvironments"])


TOUR = [
    environments_and_queues_are_made_and_become_valid,
    every_answer_has_a_request_id,
    a_job_runs_and_its_log_is_read,
    a_custom_waiter_waits_for_a_job,
    paginators_go_through_all_pages,
    errors_are_client_exceptions_with_code_and_status,
    errors_of_logs_are_of_their_class,
    log_groups_and_streams_of_ones_own,
    cancel_and_terminate_always_succeed,
    types_are_checked_by_the_client_from_its_model,
    everything_is_deleted,
]

for stop in TOUR:
    try:
        stop()
        print(json.dumps({"name": stop.__name__}), flush=True)
    except Exception:  # Whatever it is, the test shows it.
        print(json.dumps({"name": stop.__name__, "error": traceback.format_exc()}), flush=True)
